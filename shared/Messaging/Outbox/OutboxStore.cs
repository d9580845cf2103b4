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
    private const string Columns = "id, event_id, event_type, payload, traceparent, destination, attempts";

    // A row that has been tried before is in nobody's memory.
    private const string Due = $"""
        SELECT {Columns} FROM messaging.outbox
        WHERE next_attempt_at <= now() AND (next_attempt_at <= now() - $2 OR attempts > 0)
        ORDER BY next_attempt_at
        LIMIT $1
        FOR UPDATE SKIP LOCKED
        """;

    private const string Named = $"SELECT {Columns} FROM messaging.outbox WHERE id = ANY($1) AND next_attempt_at <= now() FOR UPDATE SKIP LOCKED";

    /// <summary>The key of a lock that every relay of this database shares while it runs; any number that nothing else uses.</summary>
    private const long RelaysHere = 0x6F7574626F78;

    /// <summary>
    /// A connection for the relay alone. It waits for no flush to disk: a deletion, a back-off or a quarantining that is lost with a
    /// crash of the server repeats an event, which the inbox is there for.
    /// </summary>
    /// <returns>With it, whether no other relay runs on this database: then no row there is on its way from another's memory.</returns>
    public async Task<(NpgsqlConnection Connection, bool IsAlone)> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var enter = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new("SET synchronous_commit = off"),
                    new($"SELECT pg_try_advisory_lock({RelaysHere})"),
                },
            };
            var isAlone = (bool)(await enter.ExecuteScalarAsync(cancellationToken))!;
            await using var share = new NpgsqlBatch(connection) { BatchCommands = { new($"SELECT pg_advisory_lock_shared({RelaysHere})") } };
            if (isAlone) share.BatchCommands.Add(new($"SELECT pg_advisory_unlock({RelaysHere})"));
            await share.ExecuteNonQueryAsync(cancellationToken);
            return (connection, isAlone);
        }
        catch
        {
            await ChangedSession.CloseAsync(connection);
            throw;
        }
    }

    /// <param name="leftAlone">Rows more recent than this are not taken, unless they have been tried before.</param>
    public static async Task<List<DueRow>> TakeAsync(
        NpgsqlConnection connection, int limit, TimeSpan leftAlone, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Due, connection)
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = limit }, new NpgsqlParameter<TimeSpan> { TypedValue = leftAlone } },
        };
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Those of the rows that are still there, due, and held by no other relay.</summary>
    public static async Task<List<DueRow>> TakeAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Named, connection) { Parameters = { new() { Value = ids } } };
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<List<DueRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
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

    public static async Task DeleteAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("DELETE FROM messaging.outbox WHERE id = ANY($1)", connection) { Parameters = { new() { Value = ids } } };
        await command.PrepareAsync(cancellationToken);
        await command.ExecuteNonQueryAsync(cancellationToken);
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
