using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Notifications.Deliveries;

/// <summary>Makes a delivery again from the start of the retry schedule, with the <c>webhook-id</c> it had; a receiver that knows it may ignore it.</summary>
internal static class RedeliverDelivery
{
    public static async Task<Results<Accepted<DeliveryResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, NotificationsDbContext db, DispatchSignal signal, CancellationToken cancellationToken)
    {
        var active = await db.Deliveries.Where(d => d.Id == id)
            .Join(db.Subscriptions, d => d.SubscriptionId, s => s.Id, (d, s) => new { Active = s.DisabledReason == null })
            .FirstOrDefaultAsync(cancellationToken);
        if (active is null) return ReadDeliveries.NotFound(id);
        if (!active.Active) return Problems.Conflict("The subscription is disabled; enable it first.");

        await db.Deliveries.Where(d => d.Id == id).Reopen(cancellationToken);
        signal.Raise();
        var (delivery, @event) = await ReadDeliveries.FindAsync(db, id, cancellationToken) ?? default;
        return delivery is null
            ? ReadDeliveries.NotFound(id)
            : TypedResults.Accepted($"/api/notifications/deliveries/{id}", DeliveryResponse.Of(delivery, @event.Type, @event.Subject));
    }

    /// <summary>Pending again, due now, a new round; whatever claim there was no longer counts.</summary>
    public static Task<int> Reopen(this IQueryable<Delivery> deliveries, CancellationToken cancellationToken) => deliveries.ExecuteUpdateAsync(
        set => set
            .SetProperty(d => d.State, DeliveryState.Pending)
            .SetProperty(d => d.Round, 0)
            .SetProperty(d => d.DueAt, d => DatabaseClock.Now())
            .SetProperty(d => d.Claim, (Guid?)null)
            .SetProperty(d => d.CompletedAt, (DateTimeOffset?)null)
            .SetProperty(d => d.Failure, (string?)null),
        cancellationToken);
}
