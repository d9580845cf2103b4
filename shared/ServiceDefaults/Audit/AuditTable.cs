using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.ServiceDefaults;

/// <summary>What came of a write.</summary>
internal sealed record AuditOutcome(Guid Id, int Status, string? Location);

/// <summary>Which entries a list shows, and from which on.</summary>
internal sealed record AuditFilter(DateTimeOffset? Since, DateTimeOffset? Until, string? Key, Guid? After, int Take);

/// <summary>The SQL of the audit log, which is a table beside the service's own.</summary>
internal sealed class AuditTable(NpgsqlDataSource source)
{
    private const int PrunedAtOnce = 10_000;

    /// <summary>How far a process's clock, which is in the ids, may be from the database's, which is in <c>at</c>.</summary>
    private static readonly TimeSpan ClocksApart = TimeSpan.FromHours(1);

    // Of each row only columns without an index are changed later: the update stays on its page and adds to no index (HOT).
    private const string Schema = """
        SELECT pg_advisory_xact_lock(hashtextextended('http.audit schema', 0));
        CREATE SCHEMA IF NOT EXISTS http;
        CREATE TABLE IF NOT EXISTS http.audit (
            id uuid PRIMARY KEY,
            at timestamptz NOT NULL DEFAULT now(),
            caller text NOT NULL,
            method text NOT NULL,
            path text NOT NULL,
            trace_id text,
            idempotency_key bytea, -- its SHA-256
            status integer,
            location text,
            finished_at timestamptz) WITH (fillfactor = 80);
        CREATE INDEX IF NOT EXISTS audit_at ON http.audit USING brin (at);
        """;

    // No flush of the log is waited for: see docs/adr/audit-before-the-write.md for why nothing is lost by that.
    private const string Quick = "WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))";

    public static async Task CreateAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Schema, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task BeginAsync(
        Guid id, string caller, string method, string path, string? traceId, byte[]? idempotencyKey, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand($"""
            {Quick}
            INSERT INTO http.audit (id, caller, method, path, trace_id, idempotency_key) SELECT $1, $2, $3, $4, $5, $6 FROM quick
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = caller });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = method });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = path });
        command.Parameters.Add(Nullable(traceId, NpgsqlDbType.Text));
        command.Parameters.Add(Nullable(idempotencyKey, NpgsqlDbType.Bytea));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task EndAsync(IReadOnlyCollection<AuditOutcome> outcomes, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand($"""
            {Quick}
            UPDATE http.audit a SET status = o.status, location = o.location, finished_at = now()
            FROM unnest($1, $2, $3) AS o(id, status, location), quick WHERE a.id = o.id
            """);
        command.Parameters.Add(new() { Value = outcomes.Select(outcome => outcome.Id).ToArray() });
        command.Parameters.Add(new() { Value = outcomes.Select(outcome => outcome.Status).ToArray() });
        command.Parameters.Add(new() { Value = outcomes.Select(outcome => outcome.Location).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(AuditFilter filter, CancellationToken cancellationToken)
    {
        // The ids bound what is read where few entries match; the times decide.
        await using var command = source.CreateCommand("""
            SELECT id, at, caller, method, path, status, trace_id, encode(idempotency_key, 'hex'), coalesce(location, path), finished_at
            FROM http.audit
            WHERE ($1 IS NULL OR id < $1) AND ($2 IS NULL OR at >= $2) AND ($3 IS NULL OR at < $3) AND ($4 IS NULL OR caller = $4)
                AND ($5 IS NULL OR id >= $5)
            ORDER BY id DESC LIMIT $6
            """);
        command.Parameters.Add(Nullable(filter.After, NpgsqlDbType.Uuid));
        command.Parameters.Add(Nullable(filter.Since?.ToUniversalTime(), NpgsqlDbType.TimestampTz));
        command.Parameters.Add(Nullable(filter.Until?.ToUniversalTime(), NpgsqlDbType.TimestampTz));
        command.Parameters.Add(Nullable(filter.Key, NpgsqlDbType.Text));
        command.Parameters.Add(Nullable(filter.Since is { } since ? FirstIdOf(since) : null, NpgsqlDbType.Uuid));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = filter.Take });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<AuditEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            list.Add(new AuditEntry(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetInt32(5), reader.IsDBNull(6) ? null : reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetString(7),
                reader.GetString(8), reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9)));
        }
        return list;
    }

    public async Task PruneAsync(TimeSpan retention, CancellationToken cancellationToken)
    {
        int gone;
        do
        {
            await using var command = source.CreateCommand(
                "DELETE FROM http.audit WHERE ctid = ANY(ARRAY(SELECT ctid FROM http.audit WHERE at < now() - $1 LIMIT $2))");
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = retention });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PrunedAtOnce });
            gone = await command.ExecuteNonQueryAsync(cancellationToken);
        }
        while (gone == PrunedAtOnce);
    }

    /// <summary>The lowest id of version 7 of that time (RFC 9562 section 5.7), with room for clocks that differ.</summary>
    private static Guid? FirstIdOf(DateTimeOffset time)
    {
        var from = time.ToUnixTimeMilliseconds() - (long)ClocksApart.TotalMilliseconds;
        return from <= 0 ? null : Guid.Parse(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{from:x12}70008000000000000000"));
    }

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
