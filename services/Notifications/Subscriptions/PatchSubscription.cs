using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>
/// JSON Merge Patch (RFC 7396) of what a subscriber sets: the patch is merged into the present values, and the outcome must be what
/// a new subscription might be. <c>state</c> switches it on and off besides.
/// </summary>
internal static class PatchSubscription
{
    public static async Task<Results<Ok<SubscriptionResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, JsonObject patch, IfMatch ifMatch, NotificationsDbContext db, SubscriptionValidator validator, AttemptStore store,
        TimeProvider time, HttpContext http, CancellationToken cancellationToken)
    {
        if (await db.Subscriptions.FindAsync([id], cancellationToken) is not { } subscription) return ReadSubscriptions.NotFound(id);
        var now = time.GetUtcNow();
        ifMatch.Require(SubscriptionResponse.ETagOf(subscription, now));

        var state = TakeState(patch);
        var request = Patched(subscription, patch);
        var validation = await validator.ValidateAsync(request, cancellationToken);
        if (!validation.IsValid)
        {
            return Problems.Invalid(validation.Errors.GroupBy(e => JsonPointer.FromPropertyName(e.PropertyName), StringComparer.Ordinal)
                .ToDictionary(e => e.Key, e => e.Select(f => f.ErrorMessage).ToArray(), StringComparer.Ordinal));
        }

        request.ApplyTo(subscription);
        if (state is "active") SwitchSubscription.Enable(subscription);
        if (state is "disabled") SwitchSubscription.Disable(subscription, now);
        subscription.UpdatedAt = now;
        subscription.Version++;
        await db.SaveChangesAsync(cancellationToken);
        if (subscription.DisabledReason is not null) await store.GiveUpAsync(cancellationToken);
        http.SetETag(SubscriptionResponse.ETagOf(subscription, now));
        return TypedResults.Ok(SubscriptionResponse.Of(subscription, now));
    }

    /// <exception cref="BadHttpRequestException">The outcome has a member that is unknown or of another kind; answered 422 by its name.</exception>
    private static SubscriptionRequest Patched(Subscription subscription, JsonObject patch)
    {
        var merged = Merge(JsonSerializer.SerializeToNode(SubscriptionRequest.Of(subscription), EventJson.Strict), patch);
        try
        {
            return merged.Deserialize<SubscriptionRequest>(EventJson.Strict)!;
        }
        catch (JsonException fault)
        {
            throw new BadHttpRequestException(fault.Message, fault);
        }
    }

    /// <summary><c>state</c> is no part of a new subscription: it is taken out of the patch.</summary>
    private static string? TakeState(JsonObject patch)
    {
        if (!patch.Remove("state", out var node)) return null;
        return node is JsonValue value && value.TryGetValue(out string? state) && state is "active" or "disabled"
            ? node!.GetValue<string>()
            : throw ProblemException.Invalid("/state", "Must be active or disabled.");
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
