using Chokepoint.RiskScoring.Supply;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>Not ready until every pair has its first score: a reader would take a missing one for no risk.</summary>
internal sealed class ScoresReady(NpgsqlDataSource database, SupplyBooks books) : IHealthCheck
{
    private volatile bool complete;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (complete) return HealthCheckResult.Healthy();
        try
        {
            await using var command = database.CreateCommand("SELECT count(*) FROM current_scores");
            var count = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            var pairs = books.Current.Pairs.Count;
            complete = count >= pairs;
            return complete ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"{count} of {pairs} first scores are made.");
        }
        catch (NpgsqlException exception)
        {
            return HealthCheckResult.Unhealthy("The scores cannot be read.", exception);
        }
    }
}
