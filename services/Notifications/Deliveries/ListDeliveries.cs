using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Subscriptions;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Notifications.Deliveries;

internal static class ListDeliveries
{
    public static async Task<Results<Ok<Page<DeliveryResponse>>, ProblemHttpResult>> HandleAsync(
        Guid id, string? state, PageRequest page, NotificationsDbContext db, CancellationToken cancellationToken)
    {
        DeliveryState? wanted = state switch
        {
            null or "" => null,
            "pending" => DeliveryState.Pending,
            "delivered" => DeliveryState.Delivered,
            "failed" => DeliveryState.Failed,
            _ => throw ProblemException.Invalid("/state", "Must be pending, delivered or failed."),
        };
        if (!await db.Subscriptions.AnyAsync(s => s.Id == id, cancellationToken)) return ReadSubscriptions.NotFound(id);

        var before = page.After<Guid?>();
        var rows = await db.Deliveries.AsNoTracking()
            .Where(d => d.SubscriptionId == id && (wanted == null || d.State == wanted) && (before == null || d.Id < before))
            .OrderByDescending(d => d.Id).Take(page.Take)
            .Join(db.Events, d => d.EventId, e => e.Id, (d, e) => new { Delivery = d, e.Type, e.Subject })
            .OrderByDescending(r => r.Delivery.Id)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(Page.From([.. rows.Select(r => DeliveryResponse.Of(r.Delivery, r.Type, r.Subject))], page, d => d.Id));
    }
}
