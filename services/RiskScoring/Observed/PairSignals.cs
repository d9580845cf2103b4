using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Observed;

/// <summary>What prices and flows say of one pair on a day, with where it comes from.</summary>
/// <param name="Price">Null without a price series that is known long enough.</param>
/// <param name="Flows">By stage and supplier, the newest month of each.</param>
/// <param name="Years">By stage, the importer's newest year of purchases.</param>
internal sealed record PairSignals(
    PriceReading? Price, IReadOnlyDictionary<Stage, Dictionary<string, FlowReading>> Flows, IReadOnlyDictionary<Stage, SupplyReading> Years)
{
    public Signals ForScoring { get; } = new(null, Price?.RobustZ)
    {
        FallsByStage = Flows.ToDictionary(
            f => f.Key, f => (IReadOnlyDictionary<string, double>)f.Value.ToDictionary(s => s.Key, s => s.Value.Flow.Fall, StringComparer.Ordinal)),
    };

    /// <summary>The flows of a stage's suppliers, in the order of the suppliers.</summary>
    public IEnumerable<FlowReading> Of(StageSupply supply) =>
        Flows.TryGetValue(supply.Stage, out var known) ? supply.Suppliers.Select(s => known.GetValueOrDefault(s.Economy)).OfType<FlowReading>() : [];

    /// <summary>
    /// Whether an input is stale. A supplier that has long shipped nothing has no newer month: its calm last one is as old as the newest of
    /// the importer's at that stage.
    /// </summary>
    public bool IsStale(StageSupply supply, DateOnly day) => Price?.StaleFrom <= day || FlowsAreStale([.. Of(supply)], supply.Stage, day);

    private bool FlowsAreStale(IReadOnlyCollection<FlowReading> used, Stage stage, DateOnly day) =>
        used.Any(f => f.Flow.Fall > 0 && f.Of.FlowsStaleFrom <= day) || (used.Count > 0 && Flows[stage].Values.All(f => f.Of.FlowsStaleFrom <= day));
}
