using Chokepoint.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Messaging.Outbox;

/// <summary>The outbox for paths that write by Npgsql and not through a DbContext.</summary>
public interface IOutbox
{
    /// <summary>Writes events in the caller's transaction with one statement; call <see cref="Committed"/> after its commit.</summary>
    Task WriteAsync(NpgsqlTransaction transaction, IReadOnlyCollection<IPlatformEvent> events, CancellationToken cancellationToken);

    /// <summary>The same, to one consumer's queue and to nobody else: what it asked to be told again is no news to the others.</summary>
    Task WriteToAsync(string queue, NpgsqlTransaction transaction, IReadOnlyCollection<IPlatformEvent> events, CancellationToken cancellationToken);

    /// <summary>Tells the relay that there is something in the table. Without it the rows wait until any relay may take them, some ten seconds.</summary>
    void Committed();

    /// <summary>Gathers the events of one transaction, to be written with its other statements in one round trip.</summary>
    OutboxBatch Gather();
}

/// <summary>
/// The events of one transaction: added, written with it, and handed to the relay once it is committed. Not handed over (the process
/// dies, the commit's answer is lost), what was committed is found in the table. Not for concurrent use.
/// </summary>
public sealed class OutboxBatch
{
    private readonly FreshRows _fresh;
    private readonly List<OutboxRow> _rows = [];

    internal OutboxBatch(FreshRows fresh) => _fresh = fresh;

    /// <summary>Nothing was added.</summary>
    public bool IsEmpty => _rows.Count == 0;

    /// <summary>The event goes out in the trace that is current now.</summary>
    public void Add(IPlatformEvent @event) => _rows.Add(OutboxRow.Of(@event));

    /// <summary>The statement that writes what was added.</summary>
    public NpgsqlBatchCommand Insert() => RawOutbox.Insert(_rows);

    /// <summary>To be called after the commit, and only then.</summary>
    public void Committed() => _fresh.Add(_rows);
}

internal sealed class RawOutbox(OutboxSignal signal, FreshRows fresh) : IOutbox
{
    private const string Sql = """
        INSERT INTO messaging.outbox (id, event_id, event_type, payload, traceparent, destination)
        SELECT *, $6 FROM unnest($1, $2, $3, $4, $5)
        """;

    public Task WriteAsync(NpgsqlTransaction transaction, IReadOnlyCollection<IPlatformEvent> events, CancellationToken cancellationToken) =>
        WriteAsync(queue: null, transaction, events, cancellationToken);

    public Task WriteToAsync(
        string queue, NpgsqlTransaction transaction, IReadOnlyCollection<IPlatformEvent> events, CancellationToken cancellationToken) =>
        WriteAsync(queue, transaction, events, cancellationToken);

    private static async Task WriteAsync(
        string? queue, NpgsqlTransaction transaction, IReadOnlyCollection<IPlatformEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0) return;
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction) { BatchCommands = { Insert([.. events.Select(OutboxRow.Of)], queue) } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public void Committed() => signal.SetForTable();

    public OutboxBatch Gather() => new(fresh);

    /// <param name="queue">The one queue that they go to; null for all who hear them.</param>
    internal static NpgsqlBatchCommand Insert(IReadOnlyCollection<OutboxRow> rows, string? queue = null)
    {
        const NpgsqlDbType texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
        return new NpgsqlBatchCommand(Sql)
        {
            Parameters =
            {
                new() { Value = rows.Select(row => row.Id).ToArray() },
                new() { Value = rows.Select(row => row.EventId).ToArray() },
                new() { Value = rows.Select(row => row.EventType).ToArray(), NpgsqlDbType = texts },
                new() { Value = rows.Select(row => row.Payload).ToArray(), NpgsqlDbType = texts },
                new() { Value = rows.Select(row => row.TraceParent).ToArray(), NpgsqlDbType = texts },
                new() { Value = (object?)queue ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
    }
}
