using Chokepoint.RiskScoring.FigureImports;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Npgsql;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>
/// Asks for every pair when the service meets an empty database, or other figures or another method than the scores were made with: at
/// its start, and when an operator has imported figures. First scores are nobody's news and are silent; changes by new figures are
/// announced like any other.
/// </summary>
internal sealed class FirstScores(
    NpgsqlDataSource database, SupplyBooks books, FiguresSignal imported, RescoreSignal signal, DatabaseReadiness readiness, TimeProvider time,
    ILogger<FirstScores> log) : BackgroundService
{
    /// <summary>Another replica may have imported.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private SupplyBook? asked;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await AskAsync(stoppingToken)) signal.Set();
                await imported.WaitAsync(Look, stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                log.LogWarning(exception, "All scores could not be asked for; trying again in {Look}", Look);
                await Task.Delay(Look, stoppingToken);
            }
        }
    }

    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var book = await books.RefreshAsync(connection, cancellationToken);
        if (book == asked) return false;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var claimed = await ClaimAsync(connection, transaction, book, cancellationToken);
        if (claimed)
        {
            await using var any = new NpgsqlCommand("SELECT EXISTS (SELECT FROM current_scores)", connection, transaction);
            var first = !(bool)(await any.ExecuteScalarAsync(cancellationToken))!;
            var pairs = ScoredEconomies.InOrder(book.Pairs);
            await WorkTable.AskAsync(connection, transaction, pairs, new WorkReason(null, Silent: first, null), cancellationToken);
            log.LogInformation("Scoring {Pairs} pairs by {Method} with figures {Figures}", pairs.Count, book.Method.Name, book.Edition.Name);
        }

        await transaction.CommitAsync(cancellationToken);
        asked = book;
        return claimed;
    }

    /// <summary>One statement decides between replicas: only the first to come with this method and these figures changes the row.</summary>
    private async Task<bool> ClaimAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, SupplyBook book, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            INSERT INTO scoring_state (id, method, figures, days_seen_through) VALUES (1, $1, $2, $3)
            ON CONFLICT (id) DO UPDATE SET method = excluded.method, figures = excluded.figures
            WHERE scoring_state.method <> excluded.method OR scoring_state.figures <> excluded.figures
            """, connection, transaction)
        {
            Parameters = { new() { Value = book.Method.Name }, new() { Value = book.Edition.Name }, new() { Value = time.GetUtcNow() } },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
