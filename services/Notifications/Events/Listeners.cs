using Chokepoint.Contracts;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Chokepoint.Notifications.Events;

/// <summary>Who is to hear of an event, asked in one round trip with whether it has been heard of before.</summary>
internal static class Listeners
{
    // No row for a known event; without an active subscription one row of nulls for a new one.
    private const string Sql = """
        SELECT s.id, s.event_types, s.economies, s.minerals, s.minimum_level, s.minimum_change
        FROM (SELECT WHERE NOT EXISTS (SELECT FROM events WHERE id = $1)) AS new
        LEFT JOIN subscriptions s ON s.disabled_reason IS NULL
        """;

    /// <summary>In the transaction that the event is handled in.</summary>
    /// <returns>The active subscriptions whose filter it passes; null when the event is stored: the inbox forgets after its window, its row does not.</returns>
    public static async Task<List<Guid>?> OfAsync(NotificationsDbContext db, Guid eventId, EventFacets facets, CancellationToken cancellationToken)
    {
        var transaction = (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction();
        await using var command = new NpgsqlCommand(Sql, transaction.Connection, transaction) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = eventId } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<Guid>? listeners = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            listeners ??= [];
            if (!reader.IsDBNull(0) && Filter(reader).Matches(facets)) listeners.Add(reader.GetGuid(0));
        }

        return listeners;
    }

    private static SubscriptionFilter Filter(NpgsqlDataReader row) => new(
        row.GetFieldValue<string[]>(1), row.GetFieldValue<string[]>(2), row.GetFieldValue<string[]>(3),
        row.IsDBNull(4) ? null : Enum.Parse<RiskLevel>(row.GetString(4)), row.IsDBNull(5) ? null : row.GetDouble(5));
}
