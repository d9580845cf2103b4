using Chokepoint.Polling.Store;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Chokepoint.Polling;

/// <summary>Degraded while an alert about a source stands, never unhealthy: what is known already is answered as before.</summary>
internal sealed class PollHealthCheck(PollBoard board) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var standing = board.Last.OrderBy(s => s.Source, StringComparer.Ordinal)
            .SelectMany(s => s.Alerts.Where(a => a.ClearedAt is null).Select(a => $"{a.Reason.ToString().ToLowerInvariant()}: {a.Detail}")).ToList();
        return Task.FromResult(standing.Count is 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join(' ', standing)));
    }
}
