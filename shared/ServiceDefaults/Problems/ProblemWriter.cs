using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Writes every problem the same way, whatever the request accepts: the framework's own writer falls silent for a client that asks
/// for <c>text/csv</c> and the answer would be empty.
/// </summary>
internal sealed class ProblemWriter(IOptions<JsonOptions> json) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (http, problem) = (context.HttpContext, context.ProblemDetails);
        var status = problem.Status ?? http.Response.StatusCode;
        var kind = ProblemKind.ForStatus(status);
        problem.Status = status;
        if (problem.Type is null || !problem.Type.StartsWith("/problems/", StringComparison.Ordinal))
            (problem.Type, problem.Title) = (kind.Type, kind.Title);
        problem.Extensions["traceId"] = TraceId(http);

        http.Response.StatusCode = status;
        if (status is 429 or 503 && http.Response.Headers.RetryAfter.Count is 0)
            http.Response.Headers.RetryAfter = "1";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "application/problem+json";
        if (!HttpMethods.IsHead(http.Request.Method))
            await JsonSerializer.SerializeAsync(http.Response.Body, problem, json.Value.SerializerOptions, http.RequestAborted);
    }

    /// <summary>The trace under which telemetry has this request.</summary>
    private static string TraceId(HttpContext http) => Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
}
