using System.Collections.Concurrent;
using System.Text;
using Chokepoint.Messaging.Broker;

namespace Chokepoint.Messaging.Outbox;

/// <summary>
/// Rows that this process has just committed, handed to its relay in memory: published without being locked and read back first. The
/// table has them too, and has the last word: of what cannot go out soon only the ids are kept, to be taken from there, and all that a
/// process had here when it died is found there by the others.
/// </summary>
internal sealed class FreshRows(OutboxSignal signal, BrokerLink link, TimeProvider time)
{
    /// <summary>
    /// A row is published from memory until it is this old. With the longest that the broker may take over it this stays below
    /// <see cref="MessagingOptions.LeftAlone"/>, after which any relay may take it from the table.
    /// </summary>
    internal static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>At 1 kB an event some ten megabytes. Of a burst beyond it the ids are kept.</summary>
    private const int MostRows = 5_000;

    /// <summary>What is committed beyond it while the broker is away waits for <see cref="MessagingOptions.LeftAlone"/> after its return.</summary>
    private const int MostIds = 200_000;

    private readonly ConcurrentQueue<(OutboxRow Row, long At)> _rows = new();
    private readonly ConcurrentQueue<Guid> _left = new();
    private readonly HashSet<Guid> _sent = [];
    private long _sentAt;
    private int _count;
    private volatile bool _hasRelay;

    /// <summary>
    /// Whether a relay of this process runs and the others know of it (<see cref="OutboxStore.OpenAsync"/>): rows are held in memory only
    /// while they do, since one that thinks itself alone takes everything.
    /// </summary>
    public bool HasRelay
    {
        get => _hasRelay;
        set => _hasRelay = value;
    }

    /// <summary>There are rows that only the table holds in full.</summary>
    public bool AnyLeft => !_left.IsEmpty;

    /// <summary>Takes committed rows.</summary>
    public void Add(IReadOnlyCollection<OutboxRow> rows)
    {
        if (rows.Count == 0) return;
        if (_hasRelay && link is { IsUp: true, IsBlocked: false } && Volatile.Read(ref _count) + rows.Count <= MostRows)
        {
            Interlocked.Add(ref _count, rows.Count);
            var now = time.GetTimestamp();
            foreach (var row in rows) _rows.Enqueue((row, now));
        }
        else
        {
            Leave(rows.Select(row => row.Id));
        }

        signal.Set();
    }

    /// <summary>Up to <paramref name="limit"/> rows that are still fresh. Not for concurrent use.</summary>
    public List<DueRow> Take(int limit)
    {
        if (_sent.Count > 0 && time.GetElapsedTime(_sentAt) > 2 * Fresh) _sent.Clear();
        var taken = new List<DueRow>();
        while (taken.Count < limit && _rows.TryDequeue(out var next))
        {
            Interlocked.Decrement(ref _count);
            if (_sent.Remove(next.Row.Id)) continue;
            if (time.GetElapsedTime(next.At) < Fresh) taken.Add(Due(next.Row));
            else Leave([next.Row.Id]);
        }

        return taken;
    }

    /// <summary>Up to <paramref name="limit"/> rows to be taken from the table. Not for concurrent use.</summary>
    public Guid[] TakeLeft(int limit)
    {
        var ids = new List<Guid>();
        while (ids.Count < limit && _left.TryDequeue(out var id)) ids.Add(id);
        return [.. ids];
    }

    /// <summary>A look at the table has found these before they were taken from here. Not for concurrent use.</summary>
    public void Sent(IEnumerable<Guid> ids)
    {
        if (_sent.Count > MostRows) _sent.Clear(); // a backlog, of which nothing is in memory
        _sent.UnionWith(ids);
        _sentAt = time.GetTimestamp();
    }

    /// <summary>Of rows that could not go out from memory, or got no answer, the table has the last word.</summary>
    public void Leave(IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
            if (_left.Count < MostIds) _left.Enqueue(id);
    }

    private static DueRow Due(OutboxRow row) => new(
        row.Id, row.EventId, row.EventType, Encoding.UTF8.GetBytes(row.Payload), row.TraceParent, row.Destination, Attempts: 0);
}
