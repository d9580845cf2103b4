using System.Collections.Immutable;

namespace Chokepoint.RiskScoring.Observed;

/// <summary>The newest prices and flows of every mineral at one moment.</summary>
internal sealed class SignalSnapshot
{
    private readonly ImmutableDictionary<string, PriceReading> prices;
    private readonly ImmutableDictionary<string, SupplyReading> supplies;
    private readonly ImmutableDictionary<string, MineralSignals> minerals;

    private SignalSnapshot(
        ImmutableDictionary<string, PriceReading> prices, ImmutableDictionary<string, SupplyReading> supplies,
        ImmutableDictionary<string, MineralSignals> minerals) => (this.prices, this.supplies, this.minerals) = (prices, supplies, minerals);

    public static SignalSnapshot Empty { get; } = new(
        ImmutableDictionary.Create<string, PriceReading>(StringComparer.Ordinal), ImmutableDictionary.Create<string, SupplyReading>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, MineralSignals>(StringComparer.Ordinal));

    public IEnumerable<string> Minerals => minerals.Keys;

    public MineralSignals Of(string mineral) => minerals.GetValueOrDefault(mineral, MineralSignals.None);

    /// <summary>With newer readings in place of those of the same keys; only their minerals are made anew.</summary>
    public SignalSnapshot With(IReadOnlyCollection<PriceReading> newPrices, IReadOnlyCollection<(string Key, SupplyReading Reading)> newSupplies)
    {
        if (newPrices.Count + newSupplies.Count == 0) return this;
        var (priced, supplied) = (
            prices.SetItems(newPrices.Select(p => KeyValuePair.Create(p.SeriesId.ToString(), p))),
            supplies.SetItems(newSupplies.Select(s => KeyValuePair.Create(s.Key, s.Reading))));
        var touched = newPrices.Select(p => p.Mineral).Concat(newSupplies.Select(s => s.Reading.Mineral)).ToHashSet(StringComparer.Ordinal);
        var byPrice = priced.Values.Where(p => touched.Contains(p.Mineral)).ToLookup(p => p.Mineral, StringComparer.Ordinal);
        var bySupply = supplied.Values.Where(s => touched.Contains(s.Mineral)).ToLookup(s => s.Mineral, StringComparer.Ordinal);
        return new SignalSnapshot(
            priced, supplied, minerals.SetItems(touched.Select(m => KeyValuePair.Create(m, new MineralSignals(byPrice[m], bySupply[m])))));
    }
}
