using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Npgsql;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>
/// Asks for every pair when the service starts on an empty database, or with other figures or another method than the scores were made
/// with. First scores are nobody's news and are silent; changes by new figures are announced like any other.
/// </summary>
internal sealed class FirstScores(NpgsqlDataSource database, SupplyBook book, FiguresEdition figures, RescoreSignal signal, DatabaseReadiness readiness, TimeProvider time, ILogger<FirstScores> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                if (await AskAsync(stoppingToken)) signal.Set();
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException exception)
            {
                log.LogWarning(exception, "The first scores could not be asked for; trying again in {Pause}", Pause);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await ClaimAsync(connection, transaction, cancellationToken)) return false;

        await using var any = new NpgsqlCommand("SELECT EXISTS (SELECT FROM current_scores)", connection, transaction);
        var first = !(bool)(await any.ExecuteScalarAsync(cancellationToken))!;
        var pairs = ScoredEconomies.InOrder(book.Pairs);
        await WorkTable.AskAsync(connection, transaction, pairs, new WorkReason(null, Silent: first, null), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        log.LogInformation("Scoring {Pairs} pairs by {Method} with figures {Figures}", pairs.Count, book.Method.Name, figures.Name);
        return true;
    }

    /// <summary>One statement decides between replicas: only the first to come with this method and these figures changes the row.</summary>
    private async Task<bool> ClaimAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            INSERT INTO scoring_state (id, method, figures, days_seen_through) VALUES (1, $1, $2, $3)
            ON CONFLICT (id) DO UPDATE SET method = excluded.method, figures = excluded.figures
            WHERE scoring_state.method <> excluded.method OR scoring_state.figures <> excluded.figures
            """, connection, transaction)
        {
            Parameters = { new() { Value = book.Method.Name }, new() { Value = figures.Name }, new() { Value = time.GetUtcNow() } },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
