namespace Chokepoint.Notifications.Data;

/// <summary>
/// When a subscription may next be called: <c>maxPerSecond</c> paced over all replicas, and the wait a receiver asked for. A table of
/// its own, because it changes with every call and a subscription does not.
/// </summary>
internal sealed class Throttle
{
    public required Guid SubscriptionId { get; init; }

    /// <summary>By the database's clock.</summary>
    public DateTimeOffset NextSendAt { get; set; }
}
