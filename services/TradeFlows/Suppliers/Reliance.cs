using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Profiles;

namespace Chokepoint.TradeFlows.Suppliers;

/// <summary>
/// Net import reliance of an importer: as published of that year; else computed where production and both directions of trade are known.
/// Only metal is computed: ores weigh what their content does not, and production is stated as content.
/// </summary>
internal static class Reliance
{
    private static readonly Dictionary<string, double> Kilograms = new(StringComparer.Ordinal)
    {
        ["kilograms"] = 1, ["metric tons"] = 1e3, ["thousand metric tons"] = 1e6, ["million metric tons"] = 1e9,
    };

    public static ImportRelianceView? Of(YearReports reports, ProfileCodeSet set, SupplyProfile profile) =>
        Published(reports, set) ?? (set is { IsBasket: false, Stage: Stage.Processing } ? Computed(reports, set, profile) : null);

    private static ImportRelianceView? Published(YearReports reports, ProfileCodeSet set)
    {
        var figures = Figures.Shipped.Of(FigureKind.ImportReliance, set.Mineral, economy: reports.Importer);
        var figure = figures.FirstOrDefault(f => f.Stage == set.Stage && f.Year == reports.Year) ?? figures.FirstOrDefault(f => f.Stage is null && f.Year == reports.Year);
        if (figure?.Value is not { } percent) return null;
        var (low, high) = figure.Range;
        return new ImportRelianceView(percent, low, high, figure.Operator, "published", figure.Year, [$"{figure.Source} ({figure.Vintage})"]);
    }

    private static ImportRelianceView? Computed(YearReports reports, ProfileCodeSet set, SupplyProfile profile)
    {
        var made = Figures.Shipped.Of(FigureKind.Production, set.Mineral, set.Stage, reports.Importer).FirstOrDefault(f => f.Year == reports.Year && f is { Form: null, Operator: null });
        if (made?.Value is not { } amount || !Kilograms.TryGetValue(made.Unit, out var unit) || profile.NetKg is not { } imports) return null;
        if (SupplyProfiles.BySource(
            reports.Importer, TradePeriod.OfYear(reports.Year), set, [.. reports.Exports.Where(f => TradePeriod.IsYear(f.Period))], reports.Sources)
            is not var (exported, source) || exported.NetKg is not { } exports) return null;
        var consumed = amount * unit + imports - exports;
        if (consumed <= 0) return null;
        var percent = 100 * Math.Clamp((imports - exports) / consumed, 0, 1);
        return new ImportRelianceView(percent, percent, percent, null, "computed", reports.Year, [$"{made.Source} ({made.Vintage})", source]);
    }
}
