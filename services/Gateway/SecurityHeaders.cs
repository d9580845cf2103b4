namespace Chokepoint.Gateway;

/// <summary>What a browser is told about every answer (OWASP Secure Headers): only what is served here runs, nobody frames it.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    /// <summary>Swagger UI draws with inline styles and data images; scripts come from here alone.</summary>
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = Policy;
        if (http.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        return next(http);
    }
}
