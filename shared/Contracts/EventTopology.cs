namespace Chokepoint.Contracts;

/// <summary>
/// Which queue of which service hears which event: the one list that publishers and consumers both declare at start, so that
/// nothing published before a consumer was ever up can be lost. AsyncAPI is written from it.
/// </summary>
public static class EventTopology
{
    public static IReadOnlyList<EventRoute> Routes { get; } =
    [
        new(typeof(ControlStateChanged), "export-controls", ["risk-scoring", "trade-flows", "notifications"]),
        new(typeof(ControlBoundaryApproaching), "export-controls", ["notifications"]),
        new(typeof(PriceSignalChanged), "market-prices", ["risk-scoring", "notifications"]),
        new(typeof(SupplyProfileChanged), "trade-flows", ["risk-scoring", "notifications"]),
        new(typeof(RiskScoreChanged), "risk-scoring", ["notifications"]),
    ];
}

/// <param name="Event">A type of this assembly.</param>
/// <param name="Publisher">The one service that publishes it.</param>
/// <param name="Consumers">The services that hear it, each by a queue of its own.</param>
public sealed record EventRoute(Type Event, string Publisher, IReadOnlyList<string> Consumers)
{
    /// <summary><c>risk-scoring.control-state-changed</c>.</summary>
    public string QueueOf(string consumer) => $"{consumer}.{System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(Event.Name)}";
}
