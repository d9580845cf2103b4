using Chokepoint.Contracts;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>
/// Whether a profile differs enough from the one last announced. Compared with what was announced rather than with what was last
/// computed, so that many small moves add up to one that is told.
/// </summary>
internal static class Materiality
{
    /// <summary>Half a percentage point of an importer's purchases.</summary>
    public const double Share = 0.005;

    /// <summary>On the index's 0..10,000 scale.</summary>
    public const double Hhi = 25;

    /// <summary>One part in a hundred of the volume or value.</summary>
    public const double Amount = 0.01;

    public static bool Differs(SupplyProfileChanged last, SupplyProfileChanged now) =>
        last.Basis != now.Basis || last.IsBasket != now.IsBasket || last.Source != now.Source || last.Collapse != now.Collapse
        || Math.Abs(last.HhiLow - now.HhiLow) >= Hhi || Math.Abs(last.HhiHigh - now.HhiHigh) >= Hhi
        || Moved(last.VolumeKg, now.VolumeKg) || Moved(last.ValueUsd, now.ValueUsd)
        || !last.HsCodes.SequenceEqual(now.HsCodes, StringComparer.Ordinal) || SharesDiffer(last.Suppliers, now.Suppliers)
        || FlowsDiffer(last.Flows ?? [], now.Flows ?? []);

    private static bool Moved(double? before, double? after) =>
        before is null != after is null || (before is { } b && after is { } a && Math.Abs(a - b) >= Amount * Math.Max(a, b) && a != b);

    private static bool SharesDiffer(IReadOnlyList<SupplierShare> before, IReadOnlyList<SupplierShare> after)
    {
        var shares = before.ToDictionary(s => s.Supplier, s => s.Share, StringComparer.Ordinal);
        foreach (var supplier in after)
        {
            shares.Remove(supplier.Supplier, out var share);
            if (Math.Abs(supplier.Share - share) >= Share) return true;
        }
        return shares.Values.Any(share => share >= Share);
    }

    private static bool FlowsDiffer(IReadOnlyList<SupplierFlow> before, IReadOnlyList<SupplierFlow> after)
    {
        if (before.Count != after.Count) return true;
        var flows = before.ToDictionary(f => f.Supplier, StringComparer.Ordinal);
        return after.Any(f => !flows.TryGetValue(f.Supplier, out var last) || last.Since != f.Since || Moved(last.NetKg, f.NetKg) || Moved(last.BaselineKg, f.BaselineKg)
            || !(last.Measures ?? []).SequenceEqual(f.Measures ?? []));
    }
}
