using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Domain;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>What an attempt's result means for its delivery.</summary>
/// <param name="RetryIn">Set when the delivery stays pending.</param>
/// <param name="Hold">How long the receiver asked not to be called at all.</param>
internal sealed record Verdict(AttemptResult Result, DeliveryState State, TimeSpan? RetryIn, TimeSpan? Hold)
{
    /// <summary>A test that fails tells who made it, and of itself says nothing of the endpoint's health: it is tried once, with no schedule.</summary>
    public bool IsOfTest => Result.Delivery.EventType == CloudEventTypes.SubscriptionTest;

    public static Verdict On(AttemptResult result, RetrySchedule schedule)
    {
        if (result.Succeeded) return new(result, DeliveryState.Delivered, null, null);
        if (result.Gone || result.Delivery.EventType == CloudEventTypes.SubscriptionTest) return new(result, DeliveryState.Failed, null, null);

        var hold = result.RetryAfter is { } asked ? TimeSpan.FromTicks(Math.Min(asked.Ticks, schedule.LongestRetryAfter.Ticks)) : (TimeSpan?)null;
        var retryIn = schedule.After(result.Delivery.Round + 1, result.RetryAfter, Random.Shared.NextDouble());
        return new(result, retryIn is null ? DeliveryState.Failed : DeliveryState.Pending, retryIn, hold);
    }
}
