using System.Text;
using System.Text.Unicode;
using Chokepoint.Messaging.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Messaging.DeadLetters;

/// <summary>The SQL of dead letters.</summary>
internal sealed class DeadLetterStore(NpgsqlDataSource dataSource, OutboxSignal signal) : IDeadLetters
{
    private const string Columns = "id, queue, event_id, event_type, fault_type, reason, times, dead_lettered_at";

    /// <summary>Keeps a message taken off a dead-letter queue. The same event of the same queue again is the same dead letter.</summary>
    public async Task KeepAsync(DeadLetterRow row, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            WITH no_suspect_any_more AS (DELETE FROM messaging.suspects WHERE event_id = $3 AND consumer = $2)
            INSERT INTO messaging.dead_letters AS d (id, queue, event_id, event_type, body, traceparent, fault_type, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (queue, event_id) DO UPDATE
            SET fault_type = excluded.fault_type, reason = excluded.reason, times = d.times + 1, dead_lettered_at = now()
            """);
        command.Parameters.Add(new() { Value = row.Id });
        command.Parameters.Add(new() { Value = row.Queue });
        command.Parameters.Add(new() { Value = (object?)row.EventId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(Text(row.EventType));
        command.Parameters.Add(new() { Value = row.Body });
        command.Parameters.Add(Text(row.TraceParent));
        command.Parameters.Add(Text(row.FaultType));
        command.Parameters.Add(Text(row.Reason));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<DeadLetter>> ListAsync(string? queue, Guid? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"""
            SELECT {Columns} FROM messaging.dead_letters
            WHERE ($1 IS NULL OR queue = $1) AND ($2 IS NULL OR id > $2)
            ORDER BY id LIMIT $3
            """);
        command.Parameters.Add(Text(queue));
        command.Parameters.Add(new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<DeadLetter>();
        while (await reader.ReadAsync(cancellationToken)) list.Add(Read(reader));
        return list;
    }

    public async Task<DeadLetterDetail?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT {Columns}, body, traceparent FROM messaging.dead_letters WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        return new DeadLetterDetail(
            Read(reader), Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(8)), reader.IsDBNull(9) ? null : reader.GetString(9));
    }

    public async Task<bool> ReplayAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            WITH gone AS (DELETE FROM messaging.dead_letters WHERE id = $1 RETURNING *)
            INSERT INTO messaging.outbox (id, event_id, event_type, payload, traceparent, destination)
            SELECT $2, coalesce(event_id, id), coalesce(event_type, ''), convert_from(body, 'UTF8'), traceparent, queue FROM gone
            """);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = Guid.CreateVersion7() });
        var replayed = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        if (replayed) signal.SetForTable();
        return replayed;
    }

    public async Task<int> ReplayAllAsync(string? queue, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ids = await TakeTextAsync(connection, queue, limit, cancellationToken);
        if (ids.Count == 0) return 0;
        await using var command = new NpgsqlCommand("""
            WITH gone AS (DELETE FROM messaging.dead_letters WHERE id = ANY($1) RETURNING *)
            INSERT INTO messaging.outbox (id, event_id, event_type, payload, traceparent, destination)
            SELECT gen_random_uuid(), coalesce(event_id, id), coalesce(event_type, ''), convert_from(body, 'UTF8'), traceparent, queue FROM gone
            """, connection);
        command.Parameters.Add(new() { Value = ids });
        var replayed = await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signal.SetForTable();
        return replayed;
    }

    /// <summary>The oldest whose body the outbox can hold; one that is no text would stop all the others.</summary>
    private static async Task<List<Guid>> TakeTextAsync(NpgsqlConnection connection, string? queue, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            SELECT id, body FROM messaging.dead_letters WHERE $1 IS NULL OR queue = $1 ORDER BY id FOR UPDATE SKIP LOCKED
            """, connection);
        command.Parameters.Add(Text(queue));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (ids.Count < limit && await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetFieldValue<byte[]>(1) is var body && Utf8.IsValid(body) && !body.Contains((byte)0)) ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    public async Task<bool> DiscardAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("DELETE FROM messaging.dead_letters WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT count(*) FROM messaging.dead_letters");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static DeadLetter Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetGuid(2), reader.IsDBNull(3) ? null : reader.GetString(3),
        reader.GetString(4), reader.GetString(5), reader.GetInt32(6), reader.GetFieldValue<DateTimeOffset>(7));
}
