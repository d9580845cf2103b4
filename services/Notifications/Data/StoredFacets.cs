using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Notifications.Domain;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Notifications.Data;

/// <summary>An event of the past without its body: enough to ask a filter about it.</summary>
internal sealed record StoredFacets(Guid Id, EventFacets Facets);

internal static class StoredFacetsQuery
{
    /// <summary>Events that subscribers may hear of, stored in a stretch of time, read one by one.</summary>
    /// <param name="since">Inclusive; null is from the beginning.</param>
    /// <param name="until">Exclusive; null is up to now.</param>
    public static IAsyncEnumerable<StoredFacets> FacetsSince(this IQueryable<OutgoingEvent> events, DateTimeOffset? since, DateTimeOffset? until = null)
    {
        // Npgsql takes instants in UTC only.
        var (from, to) = (since?.ToUniversalTime(), until?.ToUniversalTime());
        var query = events.AsNoTracking().Where(e => e.Type != CloudEventTypes.SubscriptionTest);
        if (from is not null) query = query.Where(e => e.ReceivedAt >= from);
        if (to is not null) query = query.Where(e => e.ReceivedAt < to);
        return query
            .Select(e => new { e.Id, e.Type, e.Economies, e.ExcludedEconomies, e.Minerals, e.Level, e.Change })
            .AsAsyncEnumerable()
            .Select(e => new StoredFacets(e.Id, new EventFacets(e.Type, e.Economies, e.ExcludedEconomies, e.Minerals, e.Level, e.Change)));
    }
}
