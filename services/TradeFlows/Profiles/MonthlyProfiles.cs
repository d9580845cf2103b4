using Chokepoint.Contracts;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>
/// What the months of an importer and a mineral's stage have to tell: each supplier's flow beside its own past. Of all the months only
/// those are told that mean something: each supplier's newest, those in which a flow broke or came back, and those told before.
/// </summary>
internal static class MonthlyProfiles
{
    /// <param name="reports">Everything that either side reports of the importer's months under the set's codes.</param>
    /// <param name="told">Months that were announced before, which may have to be corrected.</param>
    public static IEnumerable<SupplyProfileChanged> Of(
        string importer, ProfileCodeSet set, IReadOnlyList<MonthlyReport> reports, ReportedMonths reported, IReadOnlyList<FlowOrigin> sources,
        IReadOnlySet<int> told)
    {
        // The importer's own report before its suppliers', and a source's own before another's; never a mixture.
        var chosen = sources.Select(s => (Source: s, ByExporter: false)).Concat(sources.Select(s => (Source: s, ByExporter: true)))
            .Select(x => (x.Source, x.ByExporter, Reports: reports.Where(r => r.Source == x.Source.Id && r.ByExporter == x.ByExporter).ToList()))
            .FirstOrDefault(x => x.Reports.Count > 0);
        if (chosen.Reports is not { Count: > 0 } own || (chosen.ByExporter && set.IsBasket)) yield break;

        var readings = set.IsBasket ? [] : Readings(importer, own, chosen.Source.Id, chosen.ByExporter, reported);
        var months = readings.Values.SelectMany(r => r.Where(x => x.Since == x.Period || x.Recovered).Append(r[^1])).Select(r => r.Period)
            .Concat(chosen.ByExporter ? [] : [own.Max(r => r.Period)]).Concat(told);
        foreach (var period in months.Distinct().Order())
        {
            var flows = FlowsIn(readings, period);
            var figures = own.Where(r => r.Period == period).Select(r => r.Figure).ToList();
            if (chosen.ByExporter)
            {
                if (flows is not null || told.Contains(period))
                    yield return ProfileEvents.OfExporters(importer, set, period, CodesOf(own), $"{chosen.Source.Name}, exporters' reports", flows ?? []);
            }
            else if (figures.Count > 0 && SupplyProfile.Of(importer, period, set, figures) is { } profile)
            {
                yield return ProfileEvents.Of(profile, chosen.Source.Name, flows);
            }
            else if (flows is not null)
            {
                yield return ProfileEvents.OfExporters(importer, set, period, CodesOf(own), chosen.Source.Name, flows);
            }
        }
    }

    /// <summary>By supplier, its months that have a past.</summary>
    private static Dictionary<string, IReadOnlyList<FlowReading>> Readings(
        string importer, IReadOnlyList<MonthlyReport> reports, short source, bool byExporter, ReportedMonths reported)
    {
        var readings = new Dictionary<string, IReadOnlyList<FlowReading>>(StringComparer.Ordinal);
        foreach (var flows in reports.GroupBy(r => r.Figure.Partner))
        {
            if (!TradeAreas.TryGetCode(flows.Key, out var supplier) || supplier == importer || IsGroup(flows.Key)) continue;
            var months = reported.Of(source, byExporter ? flows.Key : flows.First().Importer, byExporter);
            if (CollapseFinder.Read(Series([.. flows], months)) is { Count: > 0 } read) readings[supplier] = read;
        }
        return readings;
    }

    /// <summary>
    /// From the first flow on: a month that the reporter reported without this flow is none, a month it did not report is unknown, and so
    /// is one with a flow without a weight.
    /// </summary>
    private static List<MonthlyFlow> Series(IReadOnlyList<MonthlyReport> flows, IReadOnlyCollection<int> reported)
    {
        var byMonth = flows.ToLookup(f => f.Period);
        var first = flows.Min(f => f.Period);
        return
        [
            .. reported.Where(period => period >= first && byMonth[period].All(f => f.Figure.NetKg is not null))
                .Select(period => new MonthlyFlow(period, byMonth[period].Sum(f => f.Figure.NetKg!.Value))),
        ];
    }

    private static List<SupplierFlow>? FlowsIn(Dictionary<string, IReadOnlyList<FlowReading>> readings, int period)
    {
        var flows = readings
            .Select(r => (Supplier: r.Key, Month: r.Value.FirstOrDefault(x => x.Period == period)))
            .Where(x => x.Month is not null)
            .OrderByDescending(x => x.Month!.BaselineKg).ThenBy(x => x.Supplier, StringComparer.Ordinal)
            .Select(x => new SupplierFlow(
                x.Supplier, x.Month!.NetKg, x.Month.BaselineKg, Math.Clamp(x.Month.Fall, 0, 1), x.Month.Since is { } since ? TradePeriod.Name(since) : null))
            .ToList();
        return flows.Count == 0 ? null : flows;
    }

    private static string[] CodesOf(IReadOnlyList<MonthlyReport> reports) =>
        [.. reports.Select(r => r.Figure.Hs).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static bool IsGroup(short partner) => TradeAreas.TryGetKind(partner, out var kind) && kind is AreaKind.Group;
}
