using Chokepoint.Contracts;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Notifications.Events;

/// <summary>Stores events and their deliveries in the transaction that they are handled in, in two round trips; in one where nobody listens.</summary>
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

    /// <summary>Stores the events, save those that are stored already: the inbox forgets after its window, their rows do not.</summary>
    /// <returns>Each event with each active subscription whose filter it passes; none of one that is known.</returns>
    public static async Task<List<(Guid Event, Guid Subscription)>> StoreAsync(
        NotificationsDbContext db, IReadOnlyList<OutgoingEvent> events, CancellationToken cancellationToken)
    {
        var transaction = TransactionOf(db);
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
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

    /// <summary>Each due at once.</summary>
    public static async Task DeliverAsync(
        NotificationsDbContext db, IReadOnlyList<(Guid Event, Guid Subscription)> deliveries, CancellationToken cancellationToken)
    {
        if (deliveries.Count == 0) return;
        var transaction = TransactionOf(db);
        await using var command = new NpgsqlCommand(Deliver, transaction.Connection, transaction)
        {
            Parameters =
            {
                new() { Value = deliveries.Select(_ => Guid.CreateVersion7()).ToArray() },
                new() { Value = deliveries.Select(d => d.Subscription).ToArray() },
                new() { Value = deliveries.Select(d => d.Event).ToArray() },
                new NpgsqlParameter<string> { TypedValue = nameof(DeliveryState.Pending) },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

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

    private static NpgsqlTransaction TransactionOf(NotificationsDbContext db) => (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction();

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static SubscriptionFilter Filter(NpgsqlDataReader row) => new(
        row.GetFieldValue<string[]>(1), row.GetFieldValue<string[]>(2), row.GetFieldValue<string[]>(3),
        row.IsDBNull(4) ? null : Enum.Parse<RiskLevel>(row.GetString(4)), row.IsDBNull(5) ? null : row.GetDouble(5));
}
