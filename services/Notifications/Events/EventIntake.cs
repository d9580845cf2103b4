using Chokepoint.Contracts;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.Notifications.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Notifications.Events;

/// <summary>
/// Stores events and their deliveries in the transaction that they are handled in, in two round trips. The deliveries of a lone event may be
/// claimed as they are made.
/// </summary>
internal static class EventIntake
{
    // No row for a known event; without an active subscription one row of nulls for a new one.
    private const string Store = """
        WITH new AS (
            INSERT INTO events (
                id, type, subject, time, noticed_at, body, trace_parent, economies, excluded_economies, minerals, level, change)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT DO NOTHING
            RETURNING id)
        SELECT s.id, s.event_types, s.economies, s.minerals, s.minimum_level, s.minimum_change
        FROM new LEFT JOIN subscriptions s ON s.disabled_reason IS NULL
        """;

    private const string Deliver = """
        INSERT INTO deliveries (id, subscription_id, event_id, state, attempts, round)
        SELECT id, subscription, event, $4, 0, 0 FROM unnest($1, $2, $3) AS d (id, subscription, event)
        """;

    // Claimed where the subscription is neither paced nor held; only those are returned. $5 is the lease.
    private const string DeliverClaimed = """
        WITH made AS (
            INSERT INTO deliveries (id, subscription_id, event_id, state, attempts, round, due_at, claim)
            SELECT d.id, d.subscription, d.event, $4, 0, 0, CASE WHEN f.free THEN now() + $5 ELSE now() END, CASE WHEN f.free THEN gen_random_uuid() END
            FROM unnest($1, $2, $3) AS d (id, subscription, event)
            JOIN subscriptions s ON s.id = d.subscription JOIN throttles t ON t.subscription_id = s.id
            CROSS JOIN LATERAL (SELECT s.max_per_second IS NULL AND t.next_send_at <= now() AS free) AS f
            RETURNING id, claim, subscription_id)
        SELECT m.id, m.claim, s.id, s.url, s.secret, CASE WHEN s.previous_secret_until > now() THEN s.previous_secret END, clock_timestamp()
        FROM made m JOIN subscriptions s ON s.id = m.subscription_id WHERE m.claim IS NOT NULL
        """;

    /// <summary>Stores the events, save those that are stored already: the inbox forgets after its window, their rows do not.</summary>
    /// <param name="batch">May begin with statements that answer with no rows.</param>
    /// <returns>Each event with each active subscription whose filter it passes; none of one that is known.</returns>
    public static async Task<List<(Guid Event, Guid Subscription)>> StoreAsync(
        NpgsqlBatch batch, IReadOnlyList<OutgoingEvent> events, CancellationToken cancellationToken)
    {
        foreach (var @event in events) batch.BatchCommands.Add(StoreCommand(@event));
        var deliveries = new List<(Guid, Guid)>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var @event in events)
        {
            var facets = @event.Facets;
            while (await reader.ReadAsync(cancellationToken))
            {
                if (!reader.IsDBNull(0) && Filter(reader).Matches(facets)) deliveries.Add((@event.Id, reader.GetGuid(0)));
            }

            await reader.NextResultAsync(cancellationToken);
        }

        return deliveries;
    }

    /// <summary>Makes the deliveries, each due at once.</summary>
    public static void AddDue(NpgsqlBatch batch, IReadOnlyList<(Guid Event, Guid Subscription)> deliveries)
    {
        if (deliveries.Count > 0) batch.BatchCommands.Add(Command(Deliver, deliveries));
    }

    /// <summary>Makes the deliveries of one event, each due at once or claimed for as long as the lease.</summary>
    public static void AddClaimed(NpgsqlBatch batch, IReadOnlyList<(Guid Event, Guid Subscription)> deliveries, TimeSpan lease)
    {
        var command = Command(DeliverClaimed, deliveries);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = lease });
        batch.BatchCommands.Add(command);
    }

    /// <summary>Reads the answer to <see cref="AddClaimed"/>.</summary>
    /// <returns>Those that are claimed; to be sent by this process once the transaction is committed.</returns>
    public static async Task<List<ClaimedDelivery>> ReadClaimedAsync(
        NpgsqlDataReader reader, OutgoingEvent @event, TimeProvider time, CancellationToken cancellationToken)
    {
        var claimed = new List<ClaimedDelivery>();
        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(new ClaimedDelivery
            {
                Id = reader.GetGuid(0),
                Claim = reader.GetGuid(1),
                SubscriptionId = reader.GetGuid(2),
                EventId = @event.Id,
                EventType = @event.Type,
                Attempts = 0,
                Round = 0,
                Url = reader.GetString(3),
                Secret = reader.GetFieldValue<byte[]>(4),
                PreviousSecret = reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5),
                Body = @event.Body,
                TraceParent = @event.TraceParent,
                EventTime = @event.Time,
                NoticedAt = @event.NoticedAt,
                ClaimedAt = reader.GetFieldValue<DateTimeOffset>(6),
                ReadAt = time.GetTimestamp(),
            });
        }

        return claimed;
    }

    private static NpgsqlBatchCommand Command(string sql, IReadOnlyList<(Guid Event, Guid Subscription)> deliveries) => new(sql)
    {
        Parameters =
        {
            new() { Value = deliveries.Select(_ => Guid.CreateVersion7()).ToArray() },
            new() { Value = deliveries.Select(d => d.Subscription).ToArray() },
            new() { Value = deliveries.Select(d => d.Event).ToArray() },
            new NpgsqlParameter<string> { TypedValue = nameof(DeliveryState.Pending) },
        },
    };

    private static NpgsqlBatchCommand StoreCommand(OutgoingEvent @event) => new(Store)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = @event.Id },
            new NpgsqlParameter<string> { TypedValue = @event.Type },
            new NpgsqlParameter<string> { TypedValue = @event.Subject },
            new NpgsqlParameter<DateTimeOffset> { TypedValue = @event.Time.ToUniversalTime() },
            Nullable(@event.NoticedAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz),
            new NpgsqlParameter<byte[]> { TypedValue = @event.Body },
            Nullable(@event.TraceParent, NpgsqlDbType.Text),
            Nullable(@event.Economies, NpgsqlDbType.Array | NpgsqlDbType.Text),
            new NpgsqlParameter<string[]> { TypedValue = @event.ExcludedEconomies },
            new NpgsqlParameter<string[]> { TypedValue = @event.Minerals },
            Nullable(@event.Level?.ToString(), NpgsqlDbType.Text),
            Nullable(@event.Change, NpgsqlDbType.Double),
        },
    };

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static SubscriptionFilter Filter(NpgsqlDataReader row) => new(
        row.GetFieldValue<string[]>(1), row.GetFieldValue<string[]>(2), row.GetFieldValue<string[]>(3),
        row.IsDBNull(4) ? null : Enum.Parse<RiskLevel>(row.GetString(4)), row.IsDBNull(5) ? null : row.GetDouble(5));
}
