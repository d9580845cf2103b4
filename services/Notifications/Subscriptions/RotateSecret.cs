using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.Notifications.Domain;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>The new signing secret.</summary>
/// <param name="Secret">Shown this once.</param>
/// <param name="PreviousSecretUntil">Until when the one before signs too.</param>
internal sealed record RotatedSecret(string Secret, DateTimeOffset PreviousSecretUntil);

internal static class RotateSecret
{
    public static async Task<Results<Ok<RotatedSecret>, ProblemHttpResult>> HandleAsync(
        Guid id, NotificationsDbContext db, SecretVault vault, IOptions<DispatchSettings> options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.Subscriptions.FindAsync([id], cancellationToken) is not { } subscription) return ReadSubscriptions.NotFound(id);
        var secret = WebhookSecret.Create();
        var now = time.GetUtcNow();
        var until = now + options.Value.SecretOverlap;
        subscription.PreviousSecret = subscription.Secret;
        subscription.PreviousSecretUntil = until;
        subscription.Secret = vault.Seal(secret, id);
        subscription.UpdatedAt = now;
        subscription.Version++;
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Ok(new RotatedSecret(secret.Reveal(), until));
    }
}
