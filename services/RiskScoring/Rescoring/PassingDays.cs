using Chokepoint.Reference;
using Chokepoint.RiskScoring.Controls;
using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Observed;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Npgsql;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>
/// Asks for the scores that a day changes by itself: a clause begins, ends, returns, or comes within ninety days of it, at midnight of
/// its issuer, or an input grows stale, with no event needed (METHOD.md section 3).
/// </summary>
internal sealed class PassingDays(NpgsqlDataSource database, SupplyBooks books, FactBook facts, RescoreSignal signal, DatabaseReadiness readiness, TimeProvider time, ILogger<PassingDays> log)
    : BackgroundService
{
    /// <summary>The registry announces its own boundaries at midnight; waiting a little lets its event be the cause.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>The instant up to which days were looked at, by whichever node's clock is furthest; null before the first start is done.</summary>
    public const string PassedUntil = "SELECT max(days_seen_through) FROM scoring_state";

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Look);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await AskAsync(stoppingToken) > 0) signal.Set();
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                log.LogWarning(exception, "Passing days were not looked at; they are at the next look, in {Look}", Look);
            }
        }
    }

    /// <returns>How many pairs were asked for.</returns>
    public async Task<int> AskAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await SeenThroughAsync(connection, transaction, cancellationToken) is not { } seen) return 0;
        var now = time.GetUtcNow() - Grace;
        if (now <= seen) return 0;

        var book = await books.RefreshAsync(connection, cancellationToken);
        var snapshot = await facts.RefreshAsync(connection, cancellationToken);
        var due = snapshot.All.Where(c =>
        {
            var (from, to) = (Economies.DayOf(c.Issuer, seen), Economies.DayOf(c.Issuer, now));
            return from < to && c.Marks(book.Method).Any(mark => from < mark && mark <= to);
        });
        var pairs = ScoredEconomies.InOrder(TouchedPairs.Of(book, due).Concat(Staling(book, snapshot.Signals, seen, now)).Distinct());
        await WorkTable.AskAsync(connection, transaction, pairs, new WorkReason(null, Silent: false, null), cancellationToken);
        await using var update = new NpgsqlCommand("UPDATE scoring_state SET days_seen_through = $1 WHERE id = 1", connection, transaction)
        {
            Parameters = { new() { Value = now } },
        };
        await update.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return pairs.Count;
    }

    /// <summary>What a day makes stale: prices and flows after three months, editions of figures with the year.</summary>
    private static IEnumerable<(string Economy, string Mineral)> Staling(
        SupplyBook book, SignalSnapshot signals, DateTimeOffset seen, DateTimeOffset now)
    {
        var (from, to) = (DateOnly.FromDateTime(seen.UtcDateTime), DateOnly.FromDateTime(now.UtcDateTime));
        if (from == to) return [];
        if (from.Year < to.Year) return book.Pairs;
        return signals.Minerals.SelectMany(mineral => signals.Of(mineral).Marks.Where(m => from < m.Day && m.Day <= to)
            .SelectMany(m => m.Importer is { } importer ? [importer] : ScoredEconomies.All).Select(economy => (economy, mineral)));
    }

    /// <summary>Null before the first start is done, or while another replica looks.</summary>
    private static async Task<DateTimeOffset?> SeenThroughAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT days_seen_through FROM scoring_state WHERE id = 1 FOR UPDATE SKIP LOCKED", connection, transaction);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime seen ? new DateTimeOffset(seen, TimeSpan.Zero) : null;
    }
}
