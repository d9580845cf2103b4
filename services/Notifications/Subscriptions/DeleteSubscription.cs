using Chokepoint.Notifications.Data;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>Deliveries and attempts go with it; an attempt already under way ends, and is not recorded.</summary>
internal static class DeleteSubscription
{
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Guid id, NotificationsDbContext db, CancellationToken cancellationToken) =>
        await db.Subscriptions.Where(s => s.Id == id).ExecuteDeleteAsync(cancellationToken) == 0
            ? ReadSubscriptions.NotFound(id)
            : TypedResults.NoContent();
}
