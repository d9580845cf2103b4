using Chokepoint.Contracts;
using Chokepoint.Messaging.Outbox;
using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;
using Npgsql;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>Takes waiting pairs, scores them and writes revisions and announcements, all in one transaction.</summary>
internal sealed class RescoreBatch(
    NpgsqlDataSource database, SupplyBooks books, FactBook facts, IOutbox outbox, RescoreMetrics metrics,
    CommittedRevisions committed, TimeProvider time)
{
    /// <param name="held">Pairs that are not taken.</param>
    /// <returns>What was taken; empty when nothing waits.</returns>
    public async Task<IReadOnlyList<WorkItem>> RunAsync(
        int size, IReadOnlyCollection<(string Economy, string Mineral)> held, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (taken, merged, passed, snapshot) = await TakeAsync(transaction, size, held, cancellationToken);
        if (taken.Count == 0) return [];

        var book = await books.RefreshAsync(connection, merged, cancellationToken);
        // Never as of a day that has passed for another node: nobody would ask again once this clock has reached it.
        var now = time.GetUtcNow() is var here && passed > here ? passed.Value : here;
        var revisions = new List<Revision>(taken.Count);
        var announcements = outbox.Gather();
        foreach (var traced in taken.GroupBy(t => t.Item.Traceparent, StringComparer.Ordinal))
        {
            using var span = metrics.StartSpan(traced.Key, traced.Count());
            var made = Score(traced, book, snapshot, now);
            revisions.AddRange(made.Select(m => m.Revision));
            foreach (var announcement in made.Where(m => !m.Item.Silent).Select(m => m.Revision.Announcement(book.Method)).OfType<RiskScoreChanged>())
                announcements.Add(announcement);
            span?.SetTag("chokepoint.revisions", made.Count);
        }

        await RevisionStore.CommitAsync(connection, transaction, revisions, book.Edition, snapshot.Seen, announcements, cancellationToken);
        announcements.Committed();
        if (revisions.Count > 0) committed.Announce();
        List<WorkItem> items = [.. taken.Select(t => t.Item)];
        metrics.Committed(items, revisions, time.GetUtcNow());
        return items;
    }

    /// <summary>In one round trip, and in this order: what asked for these pairs is committed, so the figures and clauses read after them hold it.</summary>
    private async Task<(List<(WorkItem Item, CurrentScore? Current)> Taken, long Merged, DateTimeOffset? Passed, FactBook.Snapshot Facts)> TakeAsync(
        NpgsqlTransaction transaction, int size, IReadOnlyCollection<(string Economy, string Mineral)> held, CancellationToken cancellationToken)
    {
        using var look = await facts.BeginAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction)
        {
            BatchCommands =
            {
                WorkTable.Take(size, held), new NpgsqlBatchCommand(ImportedFigures.Count), new NpgsqlBatchCommand(PassingDays.PassedUntil), look.Command,
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var taken = await WorkTable.ReadTakenAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var merged = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        DateTimeOffset? passed = reader.IsDBNull(0) ? null : reader.GetFieldValue<DateTimeOffset>(0);
        await reader.NextResultAsync(cancellationToken);
        return (taken, merged, passed, await look.ReadAsync(reader, cancellationToken));
    }

    private static List<(WorkItem Item, Revision Revision)> Score(
        IEnumerable<(WorkItem Item, CurrentScore? Current)> taken, SupplyBook book, FactBook.Snapshot snapshot, DateTimeOffset now)
    {
        // Pure arithmetic and words: a whole rescore takes every core, one notice's few pairs are not worth handing out.
        const int few = 64;
        var known = taken.Where(t => book.Contains(t.Item.Economy, t.Item.Mineral)).ToList();
        var made = known.Count < few ? known.Select(Next) : known.AsParallel().AsOrdered().Select(Next);
        return [.. made.Where(m => m.Revision is not null).Select(m => (m.Item, m.Revision!))];

        (WorkItem Item, Revision? Revision) Next((WorkItem Item, CurrentScore? Current) pair) => (pair.Item, Revision.Next(
            LiveScores.At(book, snapshot, pair.Item.Economy, pair.Item.Mineral, now), pair.Current, book.Method, book.Edition));
    }
}
