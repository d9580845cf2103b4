using Chokepoint.Reference;
using Chokepoint.Testing.Files;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Tests.Domain;

/// <summary>Every code that a mineral is traded under, in each revision of the Harmonized System from HS 2012 (H4) to HS 2022 (H6).</summary>
public sealed class ConcordanceTests(TradeService trade) : TradeTests(trade)
{
    private static readonly (string Name, int Year)[] Revisions = [("H4", 2014), ("H5", 2019), ("H6", 2023)];

    /// <summary>
    /// Where the goods of a code of HS 2022 stand in HS 2012 and in HS 2017, where that is elsewhere. Every other code in use has its number
    /// in all three (World Customs Organization, amendments effective 2017 and 2022).
    /// </summary>
    private static readonly Dictionary<string, (string[] H4, string[] H5)> Older = new(StringComparer.Ordinal)
    {
        ["285390"] = (["284800", "285300"], ["285390"]),
        ["382499"] = (["382490"], ["382499"]),
        ["681519"] = (["681510"], ["681510"]),
        ["710491"] = (["710490"], ["710490"]),
        ["810610"] = (["810600"], ["810600"]),
        ["810690"] = (["810600"], ["810600"]),
    };

    /// <summary>Of the older codes, the only one that held nothing else than its mineral.</summary>
    private const string OneMineral = "810600";

    [Fact]
    public async Task Every_code_in_use_is_its_mineral_s_in_each_revision_under_the_number_it_has_there()
    {
        var rows = Revisions.SelectMany(revision => HsCodes.All.SelectMany(c => In(c.Hs6, revision.Name)).Distinct().Select(hs =>
            Samples.Row(hs, 156, 10, 1, period: $"{revision.Year}", classification: revision.Name))).ToList();
        var job = await Trade.ImportAsync("comtrade-v1", Samples.Csv(rows));
        Imports.ComtradeImportTests.Counts(job).ShouldBe(("completed", rows.Count, rows.Count, 0, rows.Count, 0, 0));
        rows.Count.ShouldBeGreaterThan(3 * 110);

        foreach (var (name, year) in Revisions)
        {
            foreach (var mineral in HsCodes.All.GroupBy(c => c.Mineral))
            {
                var flows = (await Trade.GetAsync($"flows?importer=USA&mineral={mineral.Key}&from={year}&to={year}&limit=500")).GetProperty("items").EnumerateArray().ToList();
                flows.Select(f => f.GetProperty("hs").GetString()!).Order(StringComparer.Ordinal)
                    .ShouldBe(mineral.SelectMany(c => In(c.Hs6, name)).Distinct().Order(StringComparer.Ordinal), $"{mineral.Key} in {name}");
                foreach (var flow in flows)
                {
                    var hs = flow.GetProperty("hs").GetString()!;
                    var isToday = HsCodes.Of(hs).Any();
                    flow.GetProperty("isBasket").GetBoolean().ShouldBe(isToday ? HsCodes.Of(hs).Any(c => c.IsBasket) || HsCodes.Of(hs).Count() > 1 : hs != OneMineral, $"{hs} in {name}");
                    flow.GetProperty("classification").GetString().ShouldBe(name);
                }
            }
        }
    }

    [Fact]
    public void An_older_code_is_none_of_today_and_what_follows_it_is()
    {
        var named = Older.Values.SelectMany(o => o.H4.Concat(o.H5)).Distinct().Where(hs => !HsCodes.Of(hs).Any()).Order(StringComparer.Ordinal);
        TradedCodes.Retired.Select(r => r.Hs6).Order(StringComparer.Ordinal).ShouldBe(named);
        foreach (var retired in TradedCodes.Retired)
        {
            HsCodes.IsOfHs2022(retired.Hs6).ShouldBe(false, retired.Hs6);
            retired.Successors.ShouldAllBe(hs => HsCodes.IsOfHs2022(hs) == true);
            (retired.LastRevision == 4).ShouldBe(!Older.Values.Any(o => o.H5.Contains(retired.Hs6)), retired.Hs6);
        }
        HsCodes.All.ShouldAllBe(c => HsCodes.IsOfHs2022(c.Hs6) == true);
    }

    [Fact]
    public async Task The_codes_in_use_are_those_of_the_reference()
    {
        var text = System.Text.Encoding.UTF8.GetString(await SharedData.ReadAsync("reference", "hs6_by_mineral.csv"));

        var named = text.Split('\n').Skip(1).Select(line => line.Split(',')).Where(fields => fields.Length > 1).Select(fields => fields[1]).Distinct().Order(StringComparer.Ordinal);

        HsCodes.All.Select(c => c.Hs6).Distinct().Order(StringComparer.Ordinal).ShouldBe(named);
    }

    private static string[] In(string hs2022, string revision) =>
        Older.TryGetValue(hs2022, out var older) ? revision switch { "H4" => older.H4, "H5" => older.H5, _ => [hs2022] } : [hs2022];
}
