using Chokepoint.Contracts;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>Profiles as events, before they have a version.</summary>
internal static class ProfileEvents
{
    private const double FullScale = 10_000;

    public static SupplyProfileChanged Of(SupplyProfile profile, string source, IReadOnlyList<SupplierFlow>? flows) => new()
    {
        EventId = Guid.Empty, Version = 0, OccurredAt = default,
        Importer = profile.Importer, Mineral = profile.Mineral, Stage = profile.Stage, Period = TradePeriod.Name(profile.Period),
        Suppliers = [.. profile.Suppliers.Select(s => new SupplierShare(s.Supplier, s.Share))],
        Hhi = profile.Concentration.Hhi, HhiLow = profile.Concentration.Low, HhiHigh = profile.Concentration.High,
        VolumeKg = profile.NetKg, ValueUsd = profile.ValueUsd, Basis = profile.Basis, HsCodes = profile.HsCodes,
        IsBasket = profile.IsBasket, Collapse = HasCollapse(flows), Flows = flows, Source = source,
    };

    /// <summary>
    /// Known only by what some exporters report: their flows can be held against their own past, and of the importer's shares nothing is
    /// known, which the bounds say.
    /// </summary>
    public static SupplyProfileChanged OfExporters(
        string importer, ProfileCodeSet set, int period, IReadOnlyList<string> codes, string source, IReadOnlyList<SupplierFlow> flows) => new()
    {
        EventId = Guid.Empty, Version = 0, OccurredAt = default,
        Importer = importer, Mineral = set.Mineral, Stage = set.Stage, Period = TradePeriod.Name(period),
        Suppliers = [], Hhi = 0, HhiLow = 0, HhiHigh = FullScale, Basis = SupplyProfile.ByWeight, HsCodes = codes,
        IsBasket = set.IsBasket, Collapse = HasCollapse(flows), Flows = flows, Source = source,
    };

    private static bool HasCollapse(IReadOnlyList<SupplierFlow>? flows) => flows?.Any(f => f.Since is not null) ?? false;
}
