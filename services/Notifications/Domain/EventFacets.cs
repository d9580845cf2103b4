using Chokepoint.Contracts;
using Chokepoint.Contracts.CloudEvents;

namespace Chokepoint.Notifications.Domain;

/// <summary>What of an event a filter can look at. Stored beside the event, so that replay and preview ask the same question again.</summary>
/// <param name="Economies">
/// Whom it concerns, alpha-3 or <c>EU27</c>: the destinations of a control, the economy of a score, the importer of a profile.
/// Null means everyone: a control for all destinations, or a price, which is the world's.
/// </param>
/// <param name="ExcludedEconomies">Destinations that a control leaves out, of all or of a union.</param>
/// <param name="Level">For a score: the higher of the level it had and the level it has, so that leaving a level is told too.</param>
/// <param name="Change">For a score: points it moved, without sign; null for a first revision, which has nothing to differ from.</param>
internal sealed record EventFacets(
    string Type,
    IReadOnlyList<string>? Economies,
    IReadOnlyList<string> ExcludedEconomies,
    IReadOnlyList<string> Minerals,
    RiskLevel? Level,
    double? Change)
{
    /// <exception cref="ArgumentException">The event is not one that subscribers may hear of.</exception>
    public static EventFacets Of(IPlatformEvent @event) => @event switch
    {
        ControlStateChanged e => new(CloudEventTypes.ControlStateChanged, e.Destinations, e.ExcludedDestinations, e.Minerals, null, null),
        ControlBoundaryApproaching e => new(
            CloudEventTypes.ControlBoundaryApproaching, e.Destinations, e.ExcludedDestinations, e.Minerals, null, null),
        RiskScoreChanged e => new(CloudEventTypes.RiskScoreChanged, [e.Economy], [], [e.Mineral], HigherLevel(e), ChangeOf(e)),
        PriceSignalChanged e => new(CloudEventTypes.PriceSignalChanged, null, [], [e.Mineral], null, null),
        SupplyProfileChanged e => new(CloudEventTypes.SupplyProfileChanged, [e.Importer], [], [e.Mineral], null, null),
        _ => throw new ArgumentException($"{@event.GetType().Name} does not leave the platform.", nameof(@event)),
    };

    private static RiskLevel HigherLevel(RiskScoreChanged e) =>
        e.Previous is { } previous && previous.Level > e.Current.Level ? previous.Level : e.Current.Level;

    // Scores are published to a decimal or two; the rounding takes away what binary subtraction adds (69.4 − 68.4 is not 1.0).
    private static double? ChangeOf(RiskScoreChanged e) =>
        e.Previous is { } previous ? Math.Round(Math.Abs(e.Current.Score - previous.Score), 6) : null;
}
