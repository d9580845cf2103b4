using System.Text.Json;
using Chokepoint.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Chokepoint.ServiceDefaults;

/// <summary>What <c>/alive</c>, <c>/ready</c> and the gateway's <c>/health</c> answer.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> (still answering) or <c>unhealthy</c>.</param>
public sealed record HealthAnswer(string Status, IReadOnlyDictionary<string, HealthAnswer.Check> Checks)
{
    /// <param name="Detail">One sentence for the operator; never a secret.</param>
    public sealed record Check(string Status, string? Detail = null);

    public const string Healthy = "healthy";
    public const string Degraded = "degraded";
    public const string Unhealthy = "unhealthy";
}

internal static class HealthEndpoints
{
    /// <summary>
    /// <c>/alive</c>: the process answers, whatever else is down (a restart helps when it does not). <c>/ready</c>: it can do its work;
    /// 503 when a check is unhealthy, 200 when merely degraded, since what is accepted now is carried out once the broker is back.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync })
            .AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
        routes.MapHealthChecks("/ready", new HealthCheckOptions { ResponseWriter = WriteAsync })
            .AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
    }

    private static Task WriteAsync(HttpContext http, HealthReport report)
    {
        http.Response.ContentType = "application/json";
        if (report.Status is HealthStatus.Unhealthy)
            http.Response.Headers.RetryAfter = "1";
        var answer = new HealthAnswer(Name(report.Status), report.Entries.ToDictionary(
            entry => entry.Key, entry => new HealthAnswer.Check(Name(entry.Value.Status), entry.Value.Description), StringComparer.Ordinal));
        return JsonSerializer.SerializeAsync(http.Response.Body, answer, EventJson.Options, http.RequestAborted);
    }

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => HealthAnswer.Healthy,
        HealthStatus.Degraded => HealthAnswer.Degraded,
        _ => HealthAnswer.Unhealthy,
    };
}
