using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Profiles;

namespace Chokepoint.TradeFlows.Suppliers;

/// <summary>What was read of an importer's year: its own imports, its suppliers' exports to it, its own exports.</summary>
internal sealed record YearReports(
    string Importer, int Year, IReadOnlyList<ReportedFlow> Imports, IReadOnlyList<ReportedFlow> Mirror, IReadOnlyList<ReportedFlow> Exports,
    IReadOnlyList<FlowOrigin> Sources);

/// <summary>Makes a stage's profile of a year from what each side reported.</summary>
internal static class StageProfiles
{
    /// <summary>From the importer's report; where there is none, from its suppliers'; null where nobody reported anything.</summary>
    public static StageProfile? Of(YearReports reports, ProfileCodeSet set)
    {
        if (YearOf(reports, reports.Imports, set) is var (profile, source, months))
            return new StageProfile(profile, source, months, set, IsMirror: false, MirrorOf(reports, set, profile), Reliance.Of(reports, set, profile));
        if (YearOf(reports, reports.Mirror, set) is var (mirrored, from, some))
            return new StageProfile(mirrored, from, some, set, IsMirror: true, MirrorOf(reports, set, null), null);
        return null;
    }

    /// <summary>The year as reported; where only months were, their sum.</summary>
    private static (SupplyProfile Profile, string Source, int Months)? YearOf(YearReports reports, IReadOnlyList<ReportedFlow> flows, ProfileCodeSet set)
    {
        var (used, months) = Year(flows, set);
        return SupplyProfiles.BySource(reports.Importer, TradePeriod.OfYear(reports.Year), set, used, reports.Sources) is var (profile, source)
            ? (profile, source, months)
            : null;
    }

    private static (IReadOnlyList<ReportedFlow> Flows, int Months) Year(IReadOnlyList<ReportedFlow> flows, ProfileCodeSet set)
    {
        var ofSet = flows.Where(f => set.Codes.Any(c => c.Hs6 == f.Figure.Hs)).ToList();
        var annual = ofSet.Where(f => TradePeriod.IsYear(f.Period)).ToList();
        return annual.Count > 0 ? (annual, 12) : (ofSet, ofSet.Select(f => f.Period).Distinct().Count());
    }

    /// <summary>Each exporter's side, from the source of the lowest rank that has its report, beside the importer's.</summary>
    private static List<MirrorView> MirrorOf(YearReports reports, ProfileCodeSet set, SupplyProfile? own)
    {
        var bought = own?.Suppliers.ToDictionary(s => s.Supplier, StringComparer.Ordinal) ?? [];
        var mirror = new List<MirrorView>();
        foreach (var exporter in reports.Mirror.GroupBy(f => f.Figure.Partner))
        {
            if (!TradeAreas.TryGetCode(exporter.Key, out var supplier) || supplier == reports.Importer || exporter.Key == TradeAreas.EuropeanUnion) continue;
            foreach (var source in reports.Sources)
            {
                var (flows, _) = Year([.. exporter.Where(f => f.Source == source.Id)], set);
                if (flows.Count == 0) continue;
                double? sold = flows.All(f => f.Figure.NetKg is not null) ? flows.Sum(f => f.Figure.NetKg!.Value) : null;
                double? value = flows.All(f => f.Figure.ValueUsd is not null) ? flows.Sum(f => f.Figure.ValueUsd!.Value) : null;
                var imported = bought.GetValueOrDefault(supplier)?.NetKg;
                var larger = Math.Max(sold ?? 0, imported ?? 0);
                var gap = imported - sold;
                mirror.Add(new MirrorView(supplier, sold, value, imported, gap, larger > 0 ? gap / larger : null, source.Name));
                break;
            }
        }
        return [.. mirror.OrderByDescending(m => m.NetWeightKg ?? 0).ThenBy(m => m.Supplier, StringComparer.Ordinal)];
    }
}
