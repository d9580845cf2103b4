using Npgsql;

namespace Chokepoint.Messaging;

/// <summary>The transaction of one event. Its first batch records the event in the inbox, its last one commits.</summary>
public sealed class LoneTransaction
{
    private readonly NpgsqlTransaction _inner;
    private readonly string _consumer;
    private readonly Guid _event;

    internal LoneTransaction(NpgsqlTransaction inner, string consumer, Guid @event) => (_inner, _consumer, _event) = (inner, consumer, @event);

    internal bool IsCommitted { get; private set; }

    /// <summary>
    /// A batch that begins by recording the event, to which the handler adds its own. The record answers with no rows; it waits for
    /// whoever is at work on the same event, and fails, with all that comes after it, where the event was applied before.
    /// </summary>
    public NpgsqlBatch First()
    {
        var batch = Next();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO messaging.inbox (consumer, event_id) VALUES ($1, $2)")
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = _consumer }, new NpgsqlParameter<Guid> { TypedValue = _event } },
        });
        return batch;
    }

    /// <summary>An empty batch of the same transaction.</summary>
    public NpgsqlBatch Next() => new(_inner.Connection, _inner);

    /// <summary>Sends a batch and the commit after it: once, and last. Where a statement fails, the server does not go on to the commit.</summary>
    public Task CommitAsync(NpgsqlBatch last, CancellationToken cancellationToken) => CommitAsync(last, _ => Task.FromResult(true), cancellationToken);

    /// <summary>The same, with what the batch answers.</summary>
    public async Task<T> CommitAsync<T>(NpgsqlBatch last, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        last.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        await using var reader = await last.ExecuteReaderAsync(cancellationToken);
        var answer = await read(reader);
        while (await reader.NextResultAsync(cancellationToken)) { } // what failed is told on the way
        IsCommitted = true;
        return answer;
    }
}
