using System.Globalization;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Reference;

namespace Chokepoint.RiskScoring.Observed;

/// <summary>What is known of an importer's purchases of a mineral at a stage in a year or a month, as its last event told it.</summary>
internal sealed record SupplyReading(
    string Importer, string Mineral, Stage Stage, string Period, IReadOnlyList<SupplierShare> Suppliers, IReadOnlyList<SupplierFlow> Flows, string Basis,
    string Source, Guid EventId)
{
    public const int YearLength = 4;

    public bool IsOfAYear => Period.Length == YearLength;

    public int Year => int.Parse(Period.AsSpan(0, YearLength), CultureInfo.InvariantCulture);

    /// <summary>The last day of the period.</summary>
    public DateOnly Through => IsOfAYear
        ? new DateOnly(Year, 12, 31)
        : DateOnly.ParseExact(Period, "yyyy-MM", CultureInfo.InvariantCulture).AddMonths(1).AddDays(-1);

    /// <summary>Three months without a newer month.</summary>
    public DateOnly FlowsStaleFrom => Through.AddMonths(3).AddDays(1);

    /// <summary>Null where scoring has no use for it: a basket is no mineral's own flow, and without a stage it is nobody's supply.</summary>
    public static SupplyReading? From(SupplyProfileChanged e) => e is { IsBasket: false, Stage: { } stage }
        ? new SupplyReading(e.Importer, e.Mineral, stage, e.Period, e.Suppliers, e.Flows ?? [], e.Basis, e.Source, e.EventId)
        : null;

    public static SupplyReading? Parse(string json) => From(JsonSerializer.Deserialize<SupplyProfileChanged>(json, EventJson.Options)!);

    /// <summary>As an importer's own sourcing in place of one that no publication states.</summary>
    public SupplyShares AsSourcing()
    {
        SupplyShare[] shares = [.. Suppliers.Where(s => s.Share > 0 && Economies.TryGet(s.Supplier, out _))
            .OrderByDescending(s => s.Share).ThenBy(s => s.Supplier, StringComparer.Ordinal)
            .Select(s => new SupplyShare(s.Supplier, s.Share, s.Share, s.Share, new Figure(
                FigureKind.ImportShare, Mineral, Stage, null, Importer, s.Supplier, 100 * s.Share, null, null, "%", null, Year, Period, Source, null)))];
        return new SupplyShares(
            Mineral, Stage, SharesBasis.TradeFlows, shares, Math.Max(0, 1 - shares.Sum(s => s.Share)), [], null, Year, Period, Source, null,
            Basis == "value" ? "shares of value" : "shares of net weight");
    }
}
