using Chokepoint.Notifications.Data;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Notifications.Subscriptions;

internal static class ReadSubscriptions
{
    public static async Task<Ok<Page<SubscriptionResponse>>> ListAsync(
        PageRequest page, NotificationsDbContext db, TimeProvider time, CancellationToken cancellationToken)
    {
        var before = page.After<Guid?>();
        var rows = await db.Subscriptions.AsNoTracking()
            .Where(s => before == null || s.Id < before)
            .OrderByDescending(s => s.Id).Take(page.Take).ToListAsync(cancellationToken);
        var now = time.GetUtcNow();
        return TypedResults.Ok(Page.From([.. rows.Select(s => SubscriptionResponse.Of(s, now))], page, s => s.Id));
    }

    public static async Task<Results<Ok<SubscriptionResponse>, ProblemHttpResult>> GetAsync(
        Guid id, NotificationsDbContext db, TimeProvider time, HttpContext http, CancellationToken cancellationToken)
    {
        if (await db.Subscriptions.AsNoTracking().FirstOrDefaultAsync(s => s.Id == id, cancellationToken) is not { } subscription) return NotFound(id);
        var now = time.GetUtcNow();
        http.SetETag(SubscriptionResponse.ETagOf(subscription, now));
        return TypedResults.Ok(SubscriptionResponse.Of(subscription, now));
    }

    public static ProblemHttpResult NotFound(Guid id) => Problems.NotFound($"There is no subscription {id}.");
}
