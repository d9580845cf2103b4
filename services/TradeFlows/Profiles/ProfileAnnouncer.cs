using Chokepoint.Contracts;
using Chokepoint.TradeFlows.Domain;
using Npgsql;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>
/// After a merge: takes the supply profiles that it touched anew, and publishes those that differ materially from what was last
/// announced, in the merge's own transaction. A few importers at a time, so that the size of a file is not the size of this.
/// </summary>
internal sealed class ProfileAnnouncer(ProfileStore store)
{
    private const int ImportersAtOnce = 20;

    public async Task AnnounceAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var touched = await TouchedProfiles.ReadAsync(connection, cancellationToken);
        if (touched.Years.Count == 0 && touched.Months.Count == 0) return;

        var sources = await ReportedFlows.SourcesAsync(connection, cancellationToken);
        if (touched.Years.Count > 0)
        {
            await ProfileStore.BeginYearsAsync(connection, cancellationToken);
            await AnnounceYearsAsync(transaction, touched, sources, cancellationToken);
        }
        if (touched.Months.Count > 0) await ProfileStore.BeginMonthsAsync(connection, cancellationToken);
        foreach (var (set, importers) in touched.Months)
        {
            var reported = await MonthlyFlows.ReportedAsync(connection, set, sources, cancellationToken);
            foreach (var some in importers.Chunk(ImportersAtOnce)) await AnnounceMonthsAsync(transaction, set, some, reported, sources, cancellationToken);
        }
    }

    private async Task AnnounceYearsAsync(
        NpgsqlTransaction transaction, TouchedProfiles touched, IReadOnlyList<FlowOrigin> sources, CancellationToken cancellationToken)
    {
        var before = Task.FromResult<List<SupplyProfileChanged>>([]);
        foreach (var year in touched.Years.Keys.GroupBy(k => k.Period, k => k.Importer))
        {
            foreach (var importers in year.Order().Chunk(ImportersAtOnce))
            {
                var flows = await ReportedFlows.OfYearAsync(transaction.Connection!, importers, year.Key, ProfileCodes.All, sources, cancellationToken);
                var ready = await before;
                before = Task.Run(() => Take(flows, year.Key), cancellationToken); // while those before are stored and the next are read
                await store.PublishAsync(transaction, ready, cancellationToken);
            }
        }
        await store.PublishAsync(transaction, await before, cancellationToken);

        List<SupplyProfileChanged> Take(IReadOnlyList<ReportedFlow> flows, int period) =>
            [.. flows.GroupBy(f => f.Reporter).AsParallel().AsOrdered().WithCancellation(cancellationToken)
                .SelectMany(g => ProfilesOf(g.Key, period, [.. g], touched.Years[(g.Key, period)], sources))];
    }

    private static IEnumerable<SupplyProfileChanged> ProfilesOf(
        short reporter, int period, IReadOnlyCollection<ReportedFlow> flows, HashSet<(string Mineral, Stage Stage)> touched, IReadOnlyList<FlowOrigin> sources)
    {
        if (!TradeAreas.TryGetCode(reporter, out var importer)) yield break;
        var byCode = flows.ToLookup(f => f.Figure.Hs, StringComparer.Ordinal); // a set looks at its own flows, not at thousands of others
        foreach (var set in byCode.SelectMany(code => ProfileCodes.Holding(code.Key)).Distinct().Where(set => touched.Contains((set.Mineral, set.Stage))))
        {
            List<ReportedFlow> ofSet = [.. set.Codes.SelectMany(code => byCode[code.Hs6])];
            if (SupplyProfiles.BySource(importer, period, set, ofSet, sources) is var (profile, source)) yield return ProfileEvents.Of(profile, source, flows: null);
        }
    }

    private async Task AnnounceMonthsAsync(
        NpgsqlTransaction transaction, ProfileCodeSet set, IReadOnlyList<short> importers, ReportedMonths reported, IReadOnlyList<FlowOrigin> sources,
        CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var flows = await MonthlyFlows.IntoAsync(connection, importers, set, sources, cancellationToken);
        var announced = await ProfileStore.MonthsAsync(connection, importers, set, cancellationToken);
        var events = new List<SupplyProfileChanged>();
        foreach (var importer in flows.GroupBy(f => f.Importer))
        {
            if (TradeAreas.TryGetCode(importer.Key, out var code))
                events.AddRange(MonthlyProfiles.Of(code, set, [.. importer], reported, sources, announced[code].ToHashSet()));
        }
        await store.PublishAsync(transaction, await ExplainedFlows.OfAsync(connection, events, cancellationToken), cancellationToken);
    }
}
