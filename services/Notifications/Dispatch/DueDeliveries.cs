using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>What a look at the due deliveries found.</summary>
/// <param name="Claimed">Leased to this process until done or lapsed.</param>
/// <param name="OldestWaiting">How long the oldest delivery that is due and was not claimed has waited; null when none is left.</param>
/// <param name="NextDue">Until something falls due or a throttle opens; null when nothing is scheduled.</param>
internal sealed record DueLook(IReadOnlyList<ClaimedDelivery> Claimed, TimeSpan? OldestWaiting, TimeSpan? NextDue);

/// <summary>
/// Takes due deliveries for this process with <c>FOR UPDATE SKIP LOCKED</c>, so that replicas share them, by the database's clock,
/// so that they need not agree on the time.
/// </summary>
/// <remarks>
/// Each subscription gives no more than its free slots, and they are visited in random order: neither a slow receiver nor a long
/// backlog holds up another's. The claim commits without waiting for the disk (a lost claim is a repeated delivery, which is promised).
/// </remarks>
internal sealed class DueDeliveries(NpgsqlDataSource dataSource, IOptions<DispatchSettings> options, TimeProvider time)
{
    private const string Claim = """
        UPDATE deliveries d
        SET due_at = now() + $3, claim = gen_random_uuid()
        FROM due, subscriptions s, events e
        WHERE d.id = due.id AND s.id = d.subscription_id AND e.id = d.event_id
        RETURNING d.id, d.claim, d.subscription_id, d.event_id, e.type, d.attempts, d.round, s.url, s.secret,
            CASE WHEN s.previous_secret_until > now() THEN s.previous_secret END, e.body, e.trace_parent, e.time, e.noticed_at,
            clock_timestamp()
        """;

    // $1, $2: subscriptions with attempts in flight here, and how many; $3: the lease; $4: slots per subscription; $5: slots in all.
    private const string ClaimUnpaced = $"""
        WITH due AS (
            SELECT d.id
            FROM (
                SELECT s.id, $4 - coalesce(b.attempts, 0) AS free
                FROM subscriptions s
                JOIN throttles t ON t.subscription_id = s.id AND t.next_send_at <= now()
                LEFT JOIN unnest($1, $2) AS b(id, attempts) ON b.id = s.id
                WHERE s.disabled_reason IS NULL AND s.max_per_second IS NULL AND coalesce(b.attempts, 0) < $4
                ORDER BY random()) s
            CROSS JOIN LATERAL (
                SELECT id FROM deliveries
                WHERE subscription_id = s.id AND state = 'Pending' AND due_at <= now()
                ORDER BY due_at LIMIT s.free
                FOR UPDATE SKIP LOCKED) d
            LIMIT $5)
        {Claim}
        """;

    // A paced subscription's throttle row is locked, so that one replica at a time spends from it. Calls are spaced evenly. Above
    // 20 a second, where a timer's lateness would cost much of the rate, up to 50 ms of it are caught up.
    private const string ClaimPaced = $"""
        WITH gate AS (
            SELECT s.id, s.max_per_second, $4 - coalesce(b.attempts, 0) AS free,
                CASE WHEN s.max_per_second <= 20 OR t.next_send_at < now() - interval '50 milliseconds' THEN now() ELSE t.next_send_at END AS base
            FROM subscriptions s
            JOIN throttles t ON t.subscription_id = s.id
            LEFT JOIN unnest($1, $2) AS b(id, attempts) ON b.id = s.id
            WHERE s.disabled_reason IS NULL AND s.max_per_second IS NOT NULL AND t.next_send_at <= now() AND coalesce(b.attempts, 0) < $4
                AND EXISTS (SELECT FROM deliveries WHERE subscription_id = s.id AND state = 'Pending' AND due_at <= now())
            FOR UPDATE OF t SKIP LOCKED),
        due AS (
            SELECT d.id, gate.id AS subscription_id
            FROM gate
            CROSS JOIN LATERAL (
                SELECT id FROM deliveries
                WHERE subscription_id = gate.id AND state = 'Pending' AND due_at <= now()
                ORDER BY due_at
                LIMIT least(gate.free, 1 + floor(extract(epoch FROM now() - gate.base) * gate.max_per_second)::int)
                FOR UPDATE SKIP LOCKED) d
            LIMIT $5),
        spent AS (
            UPDATE throttles t
            SET next_send_at = gate.base + n.claimed * interval '1 second' / gate.max_per_second
            FROM gate, (SELECT subscription_id, count(*) AS claimed FROM due GROUP BY subscription_id) n
            WHERE t.subscription_id = gate.id AND n.subscription_id = gate.id)
        {Claim}
        """;

    private const string Outlook = """
        SELECT
            (SELECT now() - min(due_at) FROM deliveries WHERE state = 'Pending' AND due_at <= now()),
            least(
                (SELECT min(due_at) FROM deliveries WHERE state = 'Pending' AND due_at > now()),
                (SELECT min(t.next_send_at) FROM throttles t WHERE t.next_send_at > now() AND EXISTS (
                    SELECT FROM deliveries d WHERE d.subscription_id = t.subscription_id AND d.state = 'Pending' AND d.due_at <= now())))
            - clock_timestamp()
        """;

    /// <summary>Claims at most <paramref name="slots"/> deliveries.</summary>
    /// <param name="inFlight">Attempts of this process per subscription.</param>
    public async Task<DueLook> LookAsync(int slots, IReadOnlyDictionary<Guid, int> inFlight, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var claimed = new List<ClaimedDelivery>();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // One round trip and one transaction: the setting is local to it.
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new NpgsqlBatchCommand("SELECT set_config('synchronous_commit', 'off', true)"), },
        };
        foreach (var claim in (string[])[ClaimUnpaced, ClaimPaced])
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(claim)
            {
                Parameters =
                {
                    new() { Value = inFlight.Keys.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                    new() { Value = inFlight.Values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
                    new() { Value = settings.Lease, NpgsqlDbType = NpgsqlDbType.Interval },
                    new() { Value = settings.ConcurrencyPerSubscription },
                    new() { Value = slots },
                },
            });
        }
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Outlook));

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        for (var result = 0; result < 2; result++)
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) claimed.Add(Read(reader));
        }
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new DueLook(claimed, Nullable<TimeSpan>(reader, 0), Nullable<TimeSpan>(reader, 1));
    }

    /// <summary>Gives back what was claimed and not sent, so that another process need not wait for the lease to lapse.</summary>
    public async Task ReleaseAsync(IReadOnlyCollection<ClaimedDelivery> claimed, CancellationToken cancellationToken)
    {
        if (claimed.Count == 0) return;
        await using var command = dataSource.CreateCommand("""
            UPDATE deliveries d SET due_at = now(), claim = NULL
            FROM unnest($1, $2) AS mine(id, claim)
            WHERE d.id = mine.id AND d.claim = mine.claim AND d.state = 'Pending'
            """);
        command.Parameters.Add(new() { Value = claimed.Select(c => c.Id).ToArray() });
        command.Parameters.Add(new() { Value = claimed.Select(c => c.Claim).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private ClaimedDelivery Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Claim = row.GetGuid(1),
        SubscriptionId = row.GetGuid(2),
        EventId = row.GetGuid(3),
        EventType = row.GetString(4),
        Attempts = row.GetInt32(5),
        Round = row.GetInt32(6),
        Url = row.GetString(7),
        Secret = row.GetFieldValue<byte[]>(8),
        PreviousSecret = row.IsDBNull(9) ? null : row.GetFieldValue<byte[]>(9),
        Body = row.GetFieldValue<byte[]>(10),
        TraceParent = row.IsDBNull(11) ? null : row.GetString(11),
        EventTime = row.GetFieldValue<DateTimeOffset>(12),
        NoticedAt = Nullable<DateTimeOffset>(row, 13),
        ClaimedAt = row.GetFieldValue<DateTimeOffset>(14),
        ReadAt = time.GetTimestamp(),
    };

    private static T? Nullable<T>(NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}
