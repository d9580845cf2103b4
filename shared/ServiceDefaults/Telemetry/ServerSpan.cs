using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Names the framework's server span by method and route and gives it its status (OpenTelemetry semantic conventions for HTTP). The
/// query is left out: it may hold what a log must not. Probes and the OpenAPI document are not traced, nor what they call.
/// </summary>
internal sealed class ServerSpan(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var span = http.Features.Get<IHttpActivityFeature>()?.Activity;
        if (span is null || !span.IsAllDataRequested)
        {
            await next(http);
            return;
        }
        if (IsNoise(http.Request.Path))
        {
            span.IsAllDataRequested = false;
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            await next(http);
            return;
        }

        try
        {
            await next(http);
        }
        finally
        {
            Describe(span, http);
        }
    }

    private static void Describe(Activity span, HttpContext http)
    {
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = route is null ? http.Request.Method : $"{http.Request.Method} {route}";
        span.SetTag("http.request.method", http.Request.Method);
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", http.Response.StatusCode);
        span.SetTag("url.scheme", http.Request.Scheme);
        span.SetTag("url.path", http.Request.Path.Value);
        span.SetTag("server.address", http.Request.Host.Host);
        if (http.User.Identity?.Name is { } key)
            span.SetTag("enduser.id", key);
        if (http.Response.StatusCode < 500)
            return;
        span.SetStatus(ActivityStatusCode.Error);
        var fault = http.Features.Get<IExceptionHandlerFeature>()?.Error;
        span.SetTag("error.type", fault?.GetType().FullName ?? http.Response.StatusCode.ToString(CultureInfo.InvariantCulture));
    }

    private static bool IsNoise(PathString path) =>
        path == "/alive" || path == "/ready" || path == "/health" || path.Value?.EndsWith("/openapi.json", StringComparison.Ordinal) is true;
}
