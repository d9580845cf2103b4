using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.Notifications.Data;
using Chokepoint.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>
/// JSON Merge Patch (RFC 7396) of what a subscriber sets: the patch is merged into the present values, and the outcome must be what
/// a new subscription might be.
/// </summary>
internal static class PatchSubscription
{
    public static async Task<Results<Ok<SubscriptionResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, JsonObject patch, IfMatch ifMatch, NotificationsDbContext db, SubscriptionValidator validator, TimeProvider time,
        HttpContext http, CancellationToken cancellationToken)
    {
        if (await db.Subscriptions.FindAsync([id], cancellationToken) is not { } subscription) return ReadSubscriptions.NotFound(id);
        ifMatch.Require(ETags.OfVersion(subscription.Version));

        var merged = Merge(JsonSerializer.SerializeToNode(SubscriptionRequest.Of(subscription), EventJson.Strict), patch);
        var request = merged.Deserialize<SubscriptionRequest>(EventJson.Strict)!;
        var validation = await validator.ValidateAsync(request, cancellationToken);
        if (!validation.IsValid)
        {
            return Problems.Invalid(validation.Errors.GroupBy(e => JsonPointer.FromPropertyName(e.PropertyName), StringComparer.Ordinal)
                .ToDictionary(e => e.Key, e => e.Select(f => f.ErrorMessage).ToArray(), StringComparer.Ordinal));
        }

        request.ApplyTo(subscription);
        var now = time.GetUtcNow();
        subscription.UpdatedAt = now;
        subscription.Version++;
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new ProblemException(ProblemKind.Stale, "Another change came in between.");
        }
        http.SetETag(ETags.OfVersion(subscription.Version));
        return TypedResults.Ok(SubscriptionResponse.Of(subscription, now));
    }

    /// <summary>RFC 7396 section 2.</summary>
    internal static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject members) return patch?.DeepClone();
        var merged = target is JsonObject present ? present.DeepClone().AsObject() : [];
        foreach (var (name, value) in members)
        {
            if (value is null) merged.Remove(name);
            else merged[name] = Merge(merged[name], value);
        }
        return merged;
    }
}
