namespace Chokepoint.Contracts.CloudEvents;

/// <summary>The names of the events that subscribers receive. A change that breaks a reader is a new name (<c>.v2</c>), sent beside the old.</summary>
public static class CloudEventTypes
{
    public const string RiskScoreChanged = "chokepoint.risk.score-changed.v1";
    public const string ControlStateChanged = "chokepoint.control.state-changed.v1";
    public const string ControlBoundaryApproaching = "chokepoint.control.boundary-approaching.v1";
    public const string PriceSignalChanged = "chokepoint.price.signal-changed.v1";
    public const string SupplyProfileChanged = "chokepoint.supply.profile-changed.v1";

    /// <summary>Sent on request alone, to try an endpoint; nobody subscribes to it and no filter applies.</summary>
    public const string SubscriptionTest = "chokepoint.subscription.test.v1";

    /// <summary>What may stand in a subscription's <c>eventTypes</c>.</summary>
    public static IReadOnlyList<string> Subscribable { get; } =
        [RiskScoreChanged, ControlStateChanged, ControlBoundaryApproaching, PriceSignalChanged, SupplyProfileChanged];
}
