using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Polling.Store;

/// <summary>
/// What is remembered of sources, in the service's own database. Leases and due times run by the database's clock, so replicas need
/// not agree on theirs.
/// </summary>
internal sealed class PollStore(NpgsqlDataSource database, PollingOptions polling)
{
    /// <summary>Validators of requests that are no longer sent are forgotten after this.</summary>
    private const string ForgetAfter = "interval '90 days'";

    // A turn begins when it is due or after; what is due later than it began was asked for meanwhile, and is not put off by its end.
    private const string NextPoll = "next_poll_at = CASE WHEN next_poll_at > last_polled_at THEN next_poll_at ELSE now() + $3 END";

    public TimeSpan Lease => polling.Lease;

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => database.OpenConnectionAsync(cancellationToken);

    /// <summary>Makes the source known; one that is switched on, again too, is watched for silence from now on.</summary>
    public async Task RegisterAsync(string source, bool enabled, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO polling.sources AS s (name, enabled) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET enabled = excluded.enabled,
                watched_since = CASE WHEN excluded.enabled THEN now() ELSE s.watched_since END,
                next_poll_at = CASE WHEN excluded.enabled THEN now() ELSE s.next_poll_at END
            WHERE s.enabled <> excluded.enabled
            """);
        command.Parameters.AddWithValue(source);
        command.Parameters.AddWithValue(enabled);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes the source when it is due and nobody holds it; else null.</summary>
    public async Task<PollLease?> ClaimAsync(string source, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE polling.sources SET lease_number = lease_number + 1, lease_until = now() + $2, last_polled_at = now()
            WHERE name = (
                SELECT name FROM polling.sources
                WHERE name = $1 AND enabled AND next_poll_at <= now() AND (lease_until IS NULL OR lease_until < now())
                FOR UPDATE SKIP LOCKED)
            RETURNING lease_number, cursor, failures
            """);
        command.Parameters.AddWithValue(source);
        command.Parameters.AddWithValue(NpgsqlDbType.Interval, polling.Lease);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new PollLease(source, reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetInt32(2))
            : null;
    }

    /// <summary>False when another process has taken the source over.</summary>
    public Task<bool> RenewAsync(PollLease lease, CancellationToken cancellationToken) =>
        ChangeAsync(lease, "lease_until = now() + $3", [Span(polling.Lease)], cancellationToken);

    /// <summary>Ends a turn without a verdict, as at a stop: the source is due at once for whoever comes.</summary>
    public Task<bool> ReleaseAsync(PollLease lease, CancellationToken cancellationToken) =>
        ChangeAsync(lease, "lease_until = NULL", [], cancellationToken);

    public Task<bool> SucceedAsync(PollLease lease, TimeSpan next, CancellationToken cancellationToken) => ChangeAsync(
        lease, $"lease_until = NULL, {NextPoll}, last_success_at = now(), failures = 0", [Span(next)], cancellationToken);

    public Task<bool> FailAsync(PollLease lease, PollFailure failure, string detail, TimeSpan next, CancellationToken cancellationToken) => ChangeAsync(
        lease, $"lease_until = NULL, {NextPoll}, failures = failures + 1, failure = $4, failure_detail = $5, failed_at = now()",
        [Span(next), new() { Value = failure.ToString() }, new() { Value = detail }], cancellationToken);

    /// <summary>Makes a source that is switched on due at once, or, amid a turn, as soon as that ends; false when it is not switched on.</summary>
    public async Task<bool> HastenAsync(string source, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE polling.sources SET next_poll_at = CASE WHEN lease_until > now() THEN now() ELSE LEAST(next_poll_at, now()) END
            WHERE name = $1 AND enabled
            """);
        command.Parameters.AddWithValue(source);
        return await command.ExecuteNonQueryAsync(cancellationToken) is 1;
    }

    public async Task<Validators?> ValidatorsAsync(string source, string request, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT etag, last_modified FROM polling.validators WHERE source = $1 AND request = $2");
        command.Parameters.AddWithValue(source);
        command.Parameters.AddWithValue(request);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Validators(request, reader.IsDBNull(0) ? null : reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1))
            : null;
    }

    public async Task<IReadOnlyList<SeenDocument>> UnseenAsync(
        string source, IReadOnlyCollection<SeenDocument> documents, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT key, content FROM polling.seen WHERE source = $1 AND key = ANY($2)");
        command.Parameters.AddWithValue(source);
        command.Parameters.AddWithValue(documents.Select(d => d.Key).ToArray());
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) seen[reader.GetString(0)] = reader.GetString(1);
        return [.. documents.Where(d => !seen.TryGetValue(d.Key, out var content) || content != d.Content)];
    }

    /// <summary>Within the caller's transaction; also renews the lease.</summary>
    /// <returns>How many of the documents are new or changed.</returns>
    public static async Task<int> AdvanceAsync(
        NpgsqlConnection connection, PollLease lease, string? cursor, IReadOnlyCollection<SeenDocument> seen,
        IReadOnlyCollection<Validators> validators, TimeSpan leaseFor, CancellationToken cancellationToken)
    {
        // First the fence: it locks the source's row, so that a holder taken for dead cannot commit beside its successor.
        await FenceAsync(connection, lease, cursor, leaseFor, cancellationToken);
        var news = seen.Count is 0 ? 0 : await RememberSeenAsync(connection, lease.Source, seen, cancellationToken);
        if (news > 0)
        {
            await using var count = new NpgsqlCommand(
                "UPDATE polling.sources SET documents = documents + $2, last_new_at = now() WHERE name = $1", connection)
            {
                Parameters = { new() { Value = lease.Source }, new() { Value = (long)news } },
            };
            await count.ExecuteNonQueryAsync(cancellationToken);
        }
        await RememberValidatorsAsync(connection, lease.Source, validators, cancellationToken);
        return news;
    }

    private static async Task FenceAsync(
        NpgsqlConnection connection, PollLease lease, string? cursor, TimeSpan leaseFor, CancellationToken cancellationToken)
    {
        await using var fence = new NpgsqlCommand(
            "UPDATE polling.sources SET cursor = $3, lease_until = now() + $4 WHERE name = $1 AND lease_number = $2", connection)
        {
            Parameters = { new() { Value = lease.Source }, new() { Value = lease.Number }, Text(cursor), Span(leaseFor) },
        };
        if (await fence.ExecuteNonQueryAsync(cancellationToken) is 0) throw new PollLeaseLostException();
    }

    private static async Task<int> RememberSeenAsync(
        NpgsqlConnection connection, string source, IReadOnlyCollection<SeenDocument> seen, CancellationToken cancellationToken)
    {
        // The last of two with one key in the same answer counts.
        var distinct = seen.GroupBy(d => d.Key, StringComparer.Ordinal).Select(g => g.Last()).ToArray();
        await using var remember = new NpgsqlCommand(
            """
            WITH given AS (SELECT * FROM unnest($2::text[], $3::text[]) AS g(key, content)),
                 known AS (SELECT key, content FROM polling.seen WHERE source = $1 AND key = ANY($2)),
                 written AS (
                    INSERT INTO polling.seen (source, key, content) SELECT $1, key, content FROM given
                    ON CONFLICT (source, key) DO UPDATE SET content = excluded.content, last_seen_at = now())
            SELECT count(*) FROM given LEFT JOIN known USING (key) WHERE known.content IS DISTINCT FROM given.content
            """, connection)
        {
            Parameters =
            {
                new() { Value = source }, new() { Value = distinct.Select(d => d.Key).ToArray() },
                new() { Value = distinct.Select(d => d.Content).ToArray() },
            },
        };
        return (int)(long)(await remember.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task RememberValidatorsAsync(
        NpgsqlConnection connection, string source, IReadOnlyCollection<Validators> validators, CancellationToken cancellationToken)
    {
        if (validators.Count is 0) return;
        var latest = validators.GroupBy(v => v.Request, StringComparer.Ordinal).Select(g => g.Last()).ToArray();
        await using var remember = new NpgsqlCommand(
            $"""
            WITH forgotten AS (DELETE FROM polling.validators WHERE source = $1 AND used_at < now() - {ForgetAfter} AND request <> ALL($2))
            INSERT INTO polling.validators (source, request, etag, last_modified, used_at)
            SELECT $1, v.request, v.etag, v.modified, now() FROM unnest($2::text[], $3::text[], $4::text[]) AS v(request, etag, modified)
            ON CONFLICT (source, request) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified, used_at = now()
            """, connection)
        {
            Parameters =
            {
                new() { Value = source }, new() { Value = latest.Select(v => v.Request).ToArray() },
                new() { Value = latest.Select(v => v.ETag).ToArray() }, new() { Value = latest.Select(v => v.LastModified).ToArray() },
            },
        };
        await remember.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> ChangeAsync(PollLease lease, string set, NpgsqlParameter[] values, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"UPDATE polling.sources SET {set} WHERE name = $1 AND lease_number = $2");
        command.Parameters.AddWithValue(lease.Source);
        command.Parameters.AddWithValue(lease.Number);
        command.Parameters.AddRange(values);
        return await command.ExecuteNonQueryAsync(cancellationToken) is 1;
    }

    private static NpgsqlParameter Span(TimeSpan span) => new() { Value = span, NpgsqlDbType = NpgsqlDbType.Interval };

    private static NpgsqlParameter Text(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
