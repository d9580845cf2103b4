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
        var bought = reports.Where(r => !r.ByExporter).ToList();
        var own = Readings(importer, bought, after: 0, reported, sources);
        var newest = NewestBySource(bought, reported, sources);
        var last = newest.Select(s => s.Newest).DefaultIfEmpty(0).Max();
        // Beyond the importer's own newest month its suppliers' reports tell, each supplier's for itself.
        var sold = set.IsBasket ? [] : reports.Where(r => r.ByExporter).ToList();
        var mirrored = sold.GroupBy(r => r.Figure.Partner).SelectMany(supplier => Readings(importer, [.. supplier], last, reported, sources)).ToList();

        var readings = (set.IsBasket ? [] : own).Concat(mirrored).ToList();
        var months = readings.Where(r => r.Month.Since == r.Month.Period || r.Month.Recovered).Select(r => r.Month.Period)
            .Concat(readings.GroupBy(r => (r.Supplier, IsOwn: r.Month.Period <= last)).Select(g => g.Max(r => r.Month.Period)))
            .Concat(bought.Count > 0 ? [bought.Max(r => r.Period)] : []).Concat(told);
        foreach (var period in months.Distinct().Order())
        {
            var now = readings.Where(r => r.Month.Period == period).ToList();
            var flows = FlowsOf(now);
            if (period > last)
            {
                if (flows is not null || told.Contains(period))
                    yield return ProfileEvents.OfExporters(importer, set, period, CodesOf(sold), NameOf(flows is null ? mirrored : now), flows ?? []);
                continue;
            }
            var source = newest.First(s => s.Newest >= period).Source;
            var figures = bought.Where(r => r.Source == source.Id && r.Period == period).Select(r => r.Figure).ToList();
            if (figures.Count > 0 && SupplyProfile.Of(importer, period, set, figures) is { } profile)
                yield return ProfileEvents.Of(profile, source.Name, flows);
            else if (flows is not null)
                yield return ProfileEvents.OfExporters(importer, set, period, CodesOf(bought), source.Name, flows);
        }
    }

    /// <summary>The sources that hold one reporter's flows, in the order of their rank, each with the newest month that it or one before it has.</summary>
    private static List<(FlowOrigin Source, int Newest)> NewestBySource(
        IReadOnlyList<MonthlyReport> ofReporter, ReportedMonths reported, IReadOnlyList<FlowOrigin> sources)
    {
        var found = new List<(FlowOrigin Source, int Newest)>();
        foreach (var source in sources)
        {
            if (ofReporter.FirstOrDefault(r => r.Source == source.Id) is not { } any) continue;
            found.Add((source, Math.Max(found.Count > 0 ? found[^1].Newest : 0, reported.Of(source.Id, any.Reporter, any.ByExporter).All.Max())));
        }
        return found;
    }

    /// <summary>
    /// One reporter's months that have a past, by supplier: from its source of the lowest rank and, beyond that one's newest month, from
    /// the next. A flow is only ever held against its own past in the same source.
    /// </summary>
    private static IEnumerable<Reading> Readings(
        string importer, IReadOnlyList<MonthlyReport> ofReporter, int after, ReportedMonths reported, IReadOnlyList<FlowOrigin> sources)
    {
        foreach (var (source, newest) in NewestBySource(ofReporter, reported, sources))
        {
            foreach (var flows in ofReporter.Where(r => r.Source == source.Id).GroupBy(r => r.Figure.Partner))
            {
                if (!TradeAreas.TryGetCode(flows.Key, out var supplier) || supplier == importer || IsGroup(flows.Key)) continue;
                var series = Series([.. flows], reported.Of(source.Id, flows.First().Reporter, flows.First().ByExporter));
                foreach (var month in CollapseFinder.Read(series).Where(m => m.Period > after)) yield return new Reading(supplier, source.Name, month);
            }
            after = Math.Max(after, newest);
        }
    }

    /// <summary>
    /// From the first flow on: a month that the reporter reported without this flow is none, under each of the codes that the flow has had
    /// until then; a month it did not report, or lists too little of, is unknown, and so is one with a flow without a weight.
    /// </summary>
    private static List<MonthlyFlow> Series(IReadOnlyList<MonthlyReport> flows, ReporterMonths reported)
    {
        var byMonth = flows.ToLookup(f => f.Period);
        var told = new ToldMonths([.. flows.Select(f => (f.Period, f.Figure))], reported);
        var first = told.Codes.Min(c => c.First);
        return
        [
            .. reported.All
                .Where(period => period >= first && byMonth[period].All(f => f.Figure.NetKg is not null) && told.Codes.All(c => c.First > period || told.Has(c.Hs, period)))
                .Select(period => new MonthlyFlow(period, byMonth[period].Sum(f => f.Figure.NetKg!.Value))),
        ];
    }

    private static List<SupplierFlow>? FlowsOf(IReadOnlyCollection<Reading> month) => month.Count == 0 ? null :
    [
        .. month.OrderByDescending(r => r.Month.BaselineKg).ThenBy(r => r.Supplier, StringComparer.Ordinal).Select(r => new SupplierFlow(
            r.Supplier, r.Month.NetKg, r.Month.BaselineKg, Math.Clamp(r.Month.Fall, 0, 1), r.Month.Since is { } since ? TradePeriod.Name(since) : null)),
    ];

    private static string NameOf(IEnumerable<Reading> readings) =>
        $"{string.Join(" and ", readings.Select(r => r.Source).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}, exporters' reports";

    private static string[] CodesOf(IReadOnlyList<MonthlyReport> reports) =>
        [.. reports.Select(r => r.Figure.Hs).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static bool IsGroup(short partner) => TradeAreas.TryGetKind(partner, out var kind) && kind is AreaKind.Group;

    /// <summary>A supplier's month beside its own past, and the source that has both.</summary>
    private sealed record Reading(string Supplier, string Source, FlowReading Month);
}
