using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Chokepoint.ServiceDefaults;

/// <summary>Whether Postgres answers a query now and the schema is in place.</summary>
internal sealed class DatabaseHealth(NpgsqlDataSource source, DatabaseReadiness readiness) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!readiness.IsReady)
            return HealthCheckResult.Unhealthy(readiness.Waiting);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            await using var command = source.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(deadline.Token);
            return HealthCheckResult.Healthy();
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            var reason = fault is OperationCanceledException ? $"no answer within {Patience.TotalSeconds:0} s" : fault.GetBaseException().Message;
            return HealthCheckResult.Unhealthy($"Postgres does not answer: {reason}");
        }
    }
}
