using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Domain;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Chokepoint.Notifications.Subscriptions;

internal static class CreateSubscription
{
    public static async Task<Created<SubscriptionResponse>> HandleAsync(
        SubscriptionRequest request, NotificationsDbContext db, SecretVault vault, TimeProvider time, HttpContext http, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        var secret = WebhookSecret.Create();
        var now = time.GetUtcNow();
        var subscription = new Subscription
        {
            Id = id,
            Url = request.Url!,
            EventTypes = [],
            Economies = [],
            Minerals = [],
            Secret = vault.Seal(secret, id),
            CreatedAt = now,
            UpdatedAt = now,
            Version = 1,
        };
        request.ApplyTo(subscription);
        db.Subscriptions.Add(subscription);
        db.Throttles.Add(new Throttle { SubscriptionId = id });
        await db.SaveChangesAsync(cancellationToken);
        http.SetETag(ETags.OfVersion(subscription.Version));
        return TypedResults.Created($"/api/notifications/subscriptions/{id}", SubscriptionResponse.Of(subscription, now, secret.Reveal()));
    }
}
