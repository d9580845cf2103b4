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
            Enable(subscription);
            subscription.UpdatedAt = now;
            subscription.Version++;
            await db.SaveChangesAsync(cancellationToken);
        }
        http.SetETag(SubscriptionResponse.ETagOf(subscription, now));
        return TypedResults.Ok(SubscriptionResponse.Of(subscription, now));
    }

    public static async Task<Results<Ok<SubscriptionResponse>, ProblemHttpResult>> DisableAsync(
        Guid id, NotificationsDbContext db, AttemptStore store, TimeProvider time, HttpContext http, CancellationToken cancellationToken)
    {
        if (await db.Subscriptions.FindAsync([id], cancellationToken) is not { } subscription) return ReadSubscriptions.NotFound(id);
        var now = time.GetUtcNow();
        if (subscription.DisabledReason is null)
        {
            Disable(subscription, now);
            subscription.UpdatedAt = now;
            subscription.Version++;
            await db.SaveChangesAsync(cancellationToken);
            await store.GiveUpAsync(cancellationToken);
        }
        http.SetETag(SubscriptionResponse.ETagOf(subscription, now));
        return TypedResults.Ok(SubscriptionResponse.Of(subscription, now));
    }

    public static void Enable(Subscription subscription) =>
        (subscription.DisabledReason, subscription.DisabledAt, subscription.FailingSince) = (null, null, null);

    /// <summary>One that is disabled already keeps its reason.</summary>
    public static void Disable(Subscription subscription, DateTimeOffset now)
    {
        if (subscription.DisabledReason is not null) return;
        (subscription.DisabledReason, subscription.DisabledAt) = (DisabledReason.Operator, now);
    }
}
