using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Profiles;

namespace Chokepoint.TradeFlows.Suppliers;

/// <summary>What was read of an importer's year: its own imports, its suppliers' exports to it, its own exports, and which months any of them reported.</summary>
internal sealed record YearReports(
    string Importer, int Year, IReadOnlyList<ReportedFlow> Imports, IReadOnlyList<ReportedFlow> Mirror, IReadOnlyList<ReportedFlow> Exports,
    IReadOnlyList<FlowOrigin> Sources, ReportedMonths Reported)
{
    public FlowOrigin Source(string name) => Sources.First(s => s.Name == name);
}

/// <summary>Makes a stage's profile of a year from what each side reported.</summary>
internal static class StageProfiles
{
    private static readonly HashSet<int> WholeYear = [.. Enumerable.Range(1, 12)];

    /// <summary>From the importer's report; where there is none, from its suppliers'; null where nobody reported anything.</summary>
    public static StageProfile? Of(YearReports reports, ProfileCodeSet set)
    {
        var imports = Year(reports.Imports, set);
        if (Profile(reports, imports, set) is var (profile, source))
        {
            var months = MonthsOf(reports, [.. imports.Where(f => f.Source == reports.Source(source).Id)], set);
            return new StageProfile(profile, source, months.Count, set, IsMirror: false, MirrorOf(reports, set, profile, months), Reliance.Of(reports, set, profile));
        }
        var exporters = reports.Mirror.Where(f => !TradeAreas.Groups.Contains(f.Figure.Partner))
            .GroupBy(f => (f.Figure.Partner, f.Source)).Select(g => Year([.. g], set)).Where(flows => flows.Count > 0).ToList();
        if (Profile(reports, [.. exporters.SelectMany(flows => flows)], set) is var (mirrored, from))
        {
            var months = exporters.Where(flows => flows[0].Source == reports.Source(from).Id).Min(flows => MonthsToldBy(reports, flows).Count);
            return new StageProfile(mirrored, from, months, set, IsMirror: true, MirrorOf(reports, set, null, WholeYear), null);
        }
        return null;
    }

    private static (SupplyProfile Profile, string Source)? Profile(YearReports reports, IReadOnlyList<ReportedFlow> flows, ProfileCodeSet set) =>
        SupplyProfiles.BySource(reports.Importer, TradePeriod.OfYear(reports.Year), set, flows, reports.Sources);

    /// <summary>The year as reported; where only months were, these.</summary>
    private static List<ReportedFlow> Year(IReadOnlyList<ReportedFlow> flows, ProfileCodeSet set)
    {
        var ofSet = flows.Where(f => set.Codes.Any(c => c.Hs6 == f.Figure.Hs)).ToList();
        var annual = ofSet.Where(f => TradePeriod.IsYear(f.Period)).ToList();
        return annual.Count > 0 ? annual : ofSet;
    }

    /// <summary>The months that one source has of the importer's own report.</summary>
    private static HashSet<int> MonthsOf(YearReports reports, List<ReportedFlow> imports, ProfileCodeSet set)
    {
        if (TradePeriod.IsYear(imports[0].Period)) return WholeYear;
        var reported = reports.Reported.Of(imports[0].Source, imports[0].Reporter, isExporter: false);
        return [.. reported.All.Where(period => set.Codes.Any(c => reported.Has(c.Hs6, period))).Select(period => period % 100)];
    }

    /// <summary>The months that one source's exporter tells of the importer, with a flow or without.</summary>
    private static HashSet<int> MonthsToldBy(YearReports reports, List<ReportedFlow> exports)
    {
        if (TradePeriod.IsYear(exports[0].Period)) return WholeYear;
        var reported = reports.Reported.Of(exports[0].Source, exports[0].Reporter, isExporter: true);
        var told = new ToldMonths([.. exports.Select(f => (f.Period, f.Figure))], reported);
        return [.. reported.All.Where(period => told.Codes.All(c => told.Has(c.Hs, period))).Select(period => period % 100)];
    }

    /// <summary>Each exporter's side, from the source of the lowest rank that has its report, beside the importer's.</summary>
    private static List<MirrorView> MirrorOf(YearReports reports, ProfileCodeSet set, SupplyProfile? own, IReadOnlySet<int> ownMonths)
    {
        var bought = own?.Suppliers.ToDictionary(s => s.Supplier, StringComparer.Ordinal) ?? [];
        var mirror = new List<MirrorView>();
        foreach (var exporter in reports.Mirror.GroupBy(f => f.Figure.Partner))
        {
            if (!TradeAreas.TryGetCode(exporter.Key, out var supplier) || supplier == reports.Importer || exporter.Key == TradeAreas.EuropeanUnion) continue;
            foreach (var source in reports.Sources)
            {
                var flows = Year([.. exporter.Where(f => f.Source == source.Id)], set);
                if (flows.Count == 0) continue;
                var months = MonthsToldBy(reports, flows);
                double? sold = flows.All(f => f.Figure.NetKg is not null) ? flows.Sum(f => f.Figure.NetKg!.Value) : null;
                double? value = flows.All(f => f.Figure.ValueUsd is not null) ? flows.Sum(f => f.Figure.ValueUsd!.Value) : null;
                var imported = bought.GetValueOrDefault(supplier)?.NetKg;
                var larger = Math.Max(sold ?? 0, imported ?? 0);
                var gap = months.SetEquals(ownMonths) ? imported - sold : null;
                mirror.Add(new MirrorView(supplier, sold, value, imported, gap, larger > 0 ? gap / larger : null, months.Count, source.Name));
                break;
            }
        }
        return [.. mirror.OrderByDescending(m => m.NetWeightKg ?? 0).ThenBy(m => m.Supplier, StringComparer.Ordinal)];
    }
}
