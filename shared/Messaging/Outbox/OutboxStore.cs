using System.Data;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Messaging.Outbox;

/// <summary>A row taken for publishing; <paramref name="Payload"/> is UTF-8 JSON.</summary>
internal sealed record DueRow(
    Guid Id, Guid EventId, string EventType, byte[] Payload, string? TraceParent, string? Destination, int Attempts);

/// <summary>What became of a row that was not confirmed. <paramref name="Permanent"/> rows are quarantined.</summary>
internal sealed record FailedRow(DueRow Row, string Reason, bool Permanent);

/// <summary>What waits in the messaging tables, for the relay or for a person; <paramref name="OldestSeconds"/> is the oldest outbox row's age.</summary>
internal sealed record WaitingRows(long Outbox, double OldestSeconds, long Quarantined, long DeadLetters);

/// <summary>The relay's SQL. Its rows stay locked, and so invisible to other relays, until its transaction ends or its process dies.</summary>
internal sealed class OutboxStore(NpgsqlDataSource dataSource)
{
    private const string Take = """
        SELECT id, event_id, event_type, payload, traceparent, destination, attempts
        FROM messaging.outbox
        WHERE next_attempt_at <= now()
        ORDER BY next_attempt_at
        LIMIT $1
        FOR UPDATE SKIP LOCKED
        """;

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => dataSource.OpenConnectionAsync(cancellationToken);

    public static async Task<List<DueRow>> TakeAsync(NpgsqlConnection connection, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Take, connection) { Parameters = { new NpgsqlParameter<int> { TypedValue = limit } } };
        await command.PrepareAsync(cancellationToken); // of no cost but the first time on a connection
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        var rows = new List<DueRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new DueRow(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), await reader.GetFieldValueAsync<byte[]>(3, cancellationToken),
                reader.IsDBNull(4) ? null : reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetInt32(6)));
        }

        return rows;
    }

    /// <summary>The confirmed rows go. Lost with a crash of the server, this repeats them, which the inbox is there for: no flush is waited for.</summary>
    public static async Task DeleteAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SET LOCAL synchronous_commit = off"),
                new("DELETE FROM messaging.outbox WHERE id = ANY($1)") { Parameters = { new() { Value = ids } } },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Each row waits twice as long as before, up to <paramref name="longest"/>, by the database's clock, give or take a quarter.</summary>
    public static async Task PostponeAsync(
        NpgsqlConnection connection, IReadOnlyCollection<FailedRow> failed, TimeSpan longest, CancellationToken cancellationToken)
    {
        const string sql = """
            UPDATE messaging.outbox o
            SET attempts = o.attempts + 1,
                last_error = f.reason,
                next_attempt_at = now() + least(0.25 * 2 ^ least(o.attempts, 20), $3) * (0.75 + 0.5 * random()) * interval '1 second'
            FROM unnest($1, $2) AS f(id, reason)
            WHERE o.id = f.id
            """;
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new() { Value = failed.Select(row => row.Row.Id).ToArray() },
                new() { Value = failed.Select(row => row.Reason).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = longest.TotalSeconds },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task QuarantineAsync(
        NpgsqlConnection connection, IReadOnlyCollection<FailedRow> failed, CancellationToken cancellationToken)
    {
        const string sql = """
            WITH gone AS (
                DELETE FROM messaging.outbox o USING unnest($1, $2) AS f(id, reason) WHERE o.id = f.id
                RETURNING o.id, o.event_id, o.event_type, o.payload, o.traceparent, o.destination, o.created_at, o.attempts, f.reason)
            INSERT INTO messaging.quarantine
                (id, event_id, event_type, payload, traceparent, destination, created_at, attempts, reason)
            SELECT id, event_id, event_type, payload, traceparent, destination, created_at, attempts + 1, reason FROM gone
            """;
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new() { Value = failed.Select(row => row.Row.Id).ToArray() },
                new() { Value = failed.Select(row => row.Reason).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<WaitingRows> WaitingAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8,
                (SELECT count(*) FROM messaging.quarantine), (SELECT count(*) FROM messaging.dead_letters)
            FROM messaging.outbox
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new WaitingRows(reader.GetInt64(0), Math.Max(0, reader.GetDouble(1)), reader.GetInt64(2), reader.GetInt64(3));
    }
}
