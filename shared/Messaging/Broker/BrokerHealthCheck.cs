using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Chokepoint.Messaging.Broker;

/// <summary>Degraded, never unhealthy, without the broker: requests are still answered and their events wait in the outbox.</summary>
internal sealed class BrokerHealthCheck(BrokerLink link) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(link switch
        {
            { IsUp: false } => HealthCheckResult.Degraded($"not connected: {link.LastFailure ?? "connecting"}; events wait in the outbox"),
            { IsBlocked: true } => HealthCheckResult.Degraded("the broker's memory or disk alarm is on; events wait in the outbox"),
            _ => HealthCheckResult.Healthy("connected"),
        });
}
