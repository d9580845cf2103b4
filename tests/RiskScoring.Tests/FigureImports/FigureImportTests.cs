using System.Text.Json;
using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;

namespace Chokepoint.RiskScoring.Tests.FigureImports;

/// <summary>An operator brings newer figures: scores follow, every edition stays, bad rows are told by line.</summary>
public sealed class FigureImportTests(ServersFixture servers)
{
    private const string Columns = "kind,mineral,stage,form,economy,counterpart,value,low,high,unit,operator,year,vintage,source,note\n";

    /// <summary>China's share of gallium falls from nearly all to half.</summary>
    private const string Gallium2027 = Columns + """
        production,gallium,processing,,CHN,,500000,,,kilograms,,2026,2027,USGS Mineral Commodity Summaries 2027,
        production,gallium,processing,,JPN,,250000,,,kilograms,,2026,2027,USGS Mineral Commodity Summaries 2027,
        production,gallium,processing,,KOR,,250000,,,kilograms,,2026,2027,USGS Mineral Commodity Summaries 2027,
        production-total,gallium,processing,,,,1000000,,,kilograms,,2026,2027,USGS Mineral Commodity Summaries 2027,

        """;

    [Fact]
    public async Task Scores_follow_a_newer_edition_here_and_on_other_replicas_and_the_older_stays()
    {
        await using var risk = await RiskService.StartAsync(servers);
        await using var replica = await RiskService.StartAsync(risk.ConnectionString, risk.Broker, risk.Clock);
        var before = await risk.ScoreAsync("USA", "gallium");

        var job = await Support.FigureImports.SendAsync(risk, "figures", Gallium2027);

        job.GetProperty("state").GetString().ShouldBe("completed");
        job.GetProperty("rowsNew").GetInt64().ShouldBe(4);
        await Eventually.IsTrueAsync(async () => (await risk.ScoreAsync("USA", "gallium")).Version > before.Version, TimeSpan.FromSeconds(120));
        var after = await risk.ScoreAsync("USA", "gallium");
        after.Score!.Value.ShouldBeLessThan(before.Score!.Value);
        after.Causes.ShouldHaveSingleItem().Type.ShouldBe("figures");
        after.Inputs.Single(i => i.Name == "production").Vintage.ShouldBe("USGS Mineral Commodity Summaries 2027");
        (after.Deltas.Sum(d => d.Points) - (after.Score.Value - before.Score.Value)).ShouldBe(0, 1e-9);
        var editions = (await risk.GetAsync("/api/risk/figures?kind=production&mineral=gallium&economy=CHN")).GetProperty("items").EnumerateArray()
            .Select(f => f.GetProperty("vintage").GetString()).Distinct().ToList();
        editions.ShouldContain("2026");
        editions.ShouldContain("2027");
        // The other replica answers from the same figures without being told.
        await Eventually.IsTrueAsync(
            async () => (await replica.GetAsync("/api/risk/minerals/gallium/producers")).GetProperty("items")[0].GetProperty("vintage").GetString() == "2027",
            TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_restart_keeps_what_was_imported_and_scores_nothing_anew()
    {
        await using var risk = await RiskService.StartAsync(servers);
        await Support.FigureImports.SendAsync(risk, "figures", Gallium2027);
        await Eventually.IsTrueAsync(async () => (await risk.ScoreAsync("USA", "gallium")).Version == 2, TimeSpan.FromSeconds(120));
        await Eventually.IsTrueAsync(async () => await risk.CountAsync("SELECT count(*) FROM rescore_work") == 0, TimeSpan.FromSeconds(120));
        var revisions = await risk.CountAsync("SELECT count(*) FROM revisions");

        await using var again = await RiskService.StartAsync(risk.ConnectionString, risk.Broker, risk.Clock);

        await Eventually.IsTrueAsync(
            async () => (await again.GetAsync("/api/risk/minerals/gallium/producers")).GetProperty("items")[0].GetProperty("vintage").GetString() == "2027",
            TimeSpan.FromSeconds(60));
        (await again.CountAsync("SELECT count(*) FROM rescore_work")).ShouldBe(0);
        (await again.CountAsync("SELECT count(*) FROM revisions")).ShouldBe(revisions);
    }

    [Fact]
    public async Task The_same_edition_corrected_stands_on_top_and_says_so()
    {
        await using var risk = await RiskService.StartAsync(servers);
        await Support.FigureImports.SendAsync(risk, "figures", Gallium2027);

        var job = await Support.FigureImports.SendAsync(risk, "figures", Gallium2027.Replace("CHN,,500000", "CHN,,600000", StringComparison.Ordinal));

        job.GetProperty("rowsRevised").GetInt64().ShouldBe(1);
        job.GetProperty("rowsUnchanged").GetInt64().ShouldBe(3);
        await Eventually.IsTrueAsync(async () => await ValueAsync(risk) == 600000, TimeSpan.FromSeconds(60));
        (await risk.CountAsync("SELECT count(*) FROM figures WHERE economy = 'CHN' AND value = 500000")).ShouldBe(1);
        (await FigureAsync(risk)).GetProperty("note").GetString()!.ShouldContain("revised by import");
    }

    [Fact]
    public async Task Bad_rows_are_kept_with_line_and_reason_and_the_good_ones_land()
    {
        await using var risk = await RiskService.StartAsync(servers);
        const string source = "kilograms,,2026,2027,USGS Mineral Commodity Summaries 2027,\n";
        var job = await Support.FigureImports.SendAsync(risk, "figures", Columns
            + "production,gallium,processing,,CHN,,500000,,," + source
            + "production,unobtainium,processing,,CHN,,1,,," + source
            + "import-share,gallium,processing,,JPN,CHN,120,,,percent,,2026,2027,Customs of Japan,\n"
            + "production,gallium,processing,,CHN,,400000,,," + source
            + "import-share,indium,processing,,JPN,CHN,80,,,percent,,2026,2027,Customs of Japan,\n"
            + "import-share,indium,processing,,JPN,KOR,70,,,percent,,2026,2027,Customs of Japan,\n"
            + "governance,,,,CHN,,5,,,0-10,,2026,,World Bank,\n");

        job.GetProperty("state").GetString().ShouldBe("completed");
        job.GetProperty("rowsAccepted").GetInt64().ShouldBe(1);
        var rejects = (await risk.GetAsync($"/api/risk/figures/imports/{job.GetProperty("id").GetString()}/rejects")).GetProperty("items").EnumerateArray()
            .Select(r => (r.GetProperty("line").GetInt64(), r.GetProperty("reason").GetString()!)).ToList();
        rejects.Select(r => r.Item1).ShouldBe([3, 4, 5, 6, 7, 8]);
        rejects[0].Item2.ShouldContain("unobtainium");
        rejects[1].Item2.ShouldContain("between 0 and 100");
        rejects[2].Item2.ShouldContain("contradicts itself");
        rejects[3].Item2.ShouldContain("add up to 150");
        rejects[5].Item2.ShouldContain("vintage");
    }

    [Fact]
    public async Task A_score_as_known_before_an_import_is_made_of_the_figures_of_before()
    {
        await using var risk = await RiskService.StartAsync(servers);
        var (today, before) = (DateTime.UtcNow.Date, await risk.ScoreAsync("USA", "gallium"));
        await Support.FigureImports.SendAsync(risk, "figures", Gallium2027);
        var after = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => s.Version == 2);

        var then = await risk.ScoreAsync("USA", "gallium", $"?on={today:yyyy-MM-dd}&knownOn={today.AddDays(-1):yyyy-MM-dd}");
        (then.Score, then.Interval).ShouldBe((before.Score, before.Interval));
        then.Inputs.ShouldBe(before.Inputs);
        then.Contributions.SelectMany(c => c.Evidence).ShouldBe(before.Contributions.SelectMany(c => c.Evidence));
        var since = await risk.ScoreAsync("USA", "gallium", $"?on={today:yyyy-MM-dd}&knownOn={today.AddDays(1):yyyy-MM-dd}");
        (since.Score, since.Interval).ShouldBe((after.Score, after.Interval));
        (await risk.ScoreAsync("USA", "gallium", $"?on={today.AddYears(-1):yyyy-MM-dd}")).Score.ShouldBe(after.Score, "another day by what is known today");
        // History is what was recorded at the time, and agrees.
        var history = (await risk.GetAsync("/api/risk/scores/USA/gallium/history")).GetProperty("items").EnumerateArray().Select(r => r.GetProperty("score").GetDouble());
        history.ShouldBe([since.Score!.Value, then.Score!.Value]);
    }

    private static async Task<double> ValueAsync(RiskService risk) => (await FigureAsync(risk)).GetProperty("value").GetDouble();

    private static async Task<JsonElement> FigureAsync(RiskService risk) =>
        (await risk.GetAsync("/api/risk/figures?kind=production&mineral=gallium&economy=CHN&vintage=2027")).GetProperty("items").EnumerateArray().Single();
}
