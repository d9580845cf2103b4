using Chokepoint.Contracts;
using Chokepoint.Messaging.Outbox;
using Chokepoint.RiskScoring.Controls;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;
using Npgsql;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>Takes waiting pairs, scores them and writes revisions and announcements, all in one transaction.</summary>
internal sealed class RescoreBatch(
    NpgsqlDataSource database, SupplyBooks books, ClauseBook clauses, IOutbox outbox, RescoreMetrics metrics,
    CommittedRevisions committed, TimeProvider time)
{
    /// <returns>How many pairs were taken, zero when nothing waits, and the most requests that one of them answers.</returns>
    public async Task<(int Pairs, int Asked)> RunAsync(int size, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var taken = await WorkTable.TakeAsync(transaction, size, cancellationToken);
        if (taken.Count == 0) return (0, 0);

        // In this order: what asked for these pairs is committed, so the figures and clauses read now hold it.
        var book = await books.RefreshAsync(connection, cancellationToken);
        var snapshot = await clauses.RefreshAsync(connection, cancellationToken);
        var now = time.GetUtcNow();
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

        await RevisionStore.WriteAsync(connection, transaction, revisions, book.Edition, snapshot.Seen, announcements, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        announcements.Committed();
        if (revisions.Count > 0) committed.Announce();
        metrics.Committed([.. taken.Select(t => t.Item)], revisions, time.GetUtcNow());
        return (taken.Count, taken.Max(t => t.Item.Asked));
    }

    private static List<(WorkItem Item, Revision Revision)> Score(
        IEnumerable<(WorkItem Item, CurrentScore? Current)> taken, SupplyBook book, ClauseBook.Snapshot snapshot, DateTimeOffset now)
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
