using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Deliveries;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>Tries an endpoint the way real events reach it: stored, signed, dispatched and recorded like any other, but once.</summary>
internal static class TestSubscription
{
    public static async Task<Results<Accepted<DeliveryResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, NotificationsDbContext db, DispatchSignal signal, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.Subscriptions.FindAsync([id], cancellationToken) is not { } subscription) return ReadSubscriptions.NotFound(id);
        if (subscription.DisabledReason is not null) return Problems.Conflict("The subscription is disabled; enable it first.");

        var outgoing = CloudEventMapping.Test(Guid.CreateVersion7(), id, time.GetUtcNow());
        var @event = new OutgoingEvent
        {
            Id = outgoing.Id,
            Type = outgoing.Type,
            Subject = outgoing.Subject,
            Time = outgoing.Time,
            Body = outgoing.Body,
            TraceParent = System.Diagnostics.Activity.Current?.Id,
            Economies = null,
            ExcludedEconomies = [],
            Minerals = [],
        };
        var delivery = new Delivery { Id = Guid.CreateVersion7(), SubscriptionId = id, EventId = outgoing.Id, State = DeliveryState.Pending };
        db.Events.Add(@event);
        db.Deliveries.Add(delivery);
        await db.SaveChangesAsync(cancellationToken);
        signal.Raise();
        return TypedResults.Accepted($"/api/notifications/deliveries/{delivery.Id}", DeliveryResponse.Of(delivery, @event.Type, @event.Subject));
    }
}
