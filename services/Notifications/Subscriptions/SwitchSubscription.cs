using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>Switches a subscription on and off. Either is safe to repeat.</summary>
internal static class SwitchSubscription
{
    public static async Task<Results<Ok<SubscriptionResponse>, ProblemHttpResult>> EnableAsync(
        Guid id, NotificationsDbContext db, TimeProvider time, HttpContext http, CancellationToken cancellationToken)
    {
        if (await db.Subscriptions.FindAsync([id], cancellationToken) is not { } subscription) return ReadSubscriptions.NotFound(id);
        var now = time.GetUtcNow();
        if (subscription.DisabledReason is not null)
        {
            subscription.DisabledReason = null;
            subscription.DisabledAt = null;
            subscription.FailingSince = null;
            subscription.UpdatedAt = now;
            subscription.Version++;
            await db.SaveChangesAsync(cancellationToken);
        }
        http.SetETag(ETags.OfVersion(subscription.Version));
        return TypedResults.Ok(SubscriptionResponse.Of(subscription, now));
    }

    public static async Task<Results<Ok<SubscriptionResponse>, ProblemHttpResult>> DisableAsync(
        Guid id, NotificationsDbContext db, AttemptStore store, TimeProvider time, HttpContext http, CancellationToken cancellationToken)
    {
        if (await db.Subscriptions.FindAsync([id], cancellationToken) is not { } subscription) return ReadSubscriptions.NotFound(id);
        var now = time.GetUtcNow();
        if (subscription.DisabledReason is null)
        {
            subscription.DisabledReason = DisabledReason.Operator;
            subscription.DisabledAt = now;
            subscription.UpdatedAt = now;
            subscription.Version++;
            await db.SaveChangesAsync(cancellationToken);
            await store.GiveUpAsync(cancellationToken);
        }
        http.SetETag(ETags.OfVersion(subscription.Version));
        return TypedResults.Ok(SubscriptionResponse.Of(subscription, now));
    }
}
