using System.Text.Json;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Subscriptions;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Notifications.Deliveries;

internal static class ReadDeliveries
{
    public static async Task<Results<Ok<DeliveryResponse>, ProblemHttpResult>> GetAsync(
        Guid id, NotificationsDbContext db, CancellationToken cancellationToken)
    {
        if (await FindAsync(db, id, cancellationToken) is not var (delivery, @event)) return NotFound(id);
        var attempts = await db.Attempts.AsNoTracking().Where(a => a.DeliveryId == id).OrderBy(a => a.Number).ToListAsync(cancellationToken);
        return TypedResults.Ok(DeliveryResponse.Of(delivery, @event.Type, @event.Subject) with
        {
            Attempts = [.. attempts.Select(AttemptResponse.Of)],
            Event = JsonElement.Parse(@event.Body),
        });
    }

    public static async Task<(Delivery Delivery, OutgoingEvent Event)?> FindAsync(NotificationsDbContext db, Guid id, CancellationToken cancellationToken)
    {
        var found = await db.Deliveries.AsNoTracking().Where(d => d.Id == id)
            .Join(db.Events, d => d.EventId, e => e.Id, (d, e) => new { Delivery = d, Event = e })
            .FirstOrDefaultAsync(cancellationToken);
        return found is null ? null : (found.Delivery, found.Event);
    }

    public static ProblemHttpResult NotFound(Guid id) => Problems.NotFound($"There is no delivery {id}.");
}
