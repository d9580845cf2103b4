using Chokepoint.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Messaging.Outbox;

/// <summary>The outbox for bulk paths that write by Npgsql and not through a DbContext.</summary>
public interface IOutbox
{
    /// <summary>Writes events in the caller's transaction with one statement; call <see cref="Committed"/> after its commit.</summary>
    Task WriteAsync(NpgsqlTransaction transaction, IReadOnlyCollection<IPlatformEvent> events, CancellationToken cancellationToken);

    /// <summary>The same, to one consumer's queue and to nobody else: what it asked to be told again is no news to the others.</summary>
    Task WriteToAsync(string queue, NpgsqlTransaction transaction, IReadOnlyCollection<IPlatformEvent> events, CancellationToken cancellationToken);

    /// <summary>Tells the relay that there is something to do. Without it the rows wait for its next look, a second at most.</summary>
    void Committed();
}

internal sealed class RawOutbox(OutboxSignal signal) : IOutbox
{
    private const string Insert = """
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
        var rows = events.Select(OutboxRow.Of).ToArray();
        const NpgsqlDbType texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction)
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
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public void Committed() => signal.Set();
}
