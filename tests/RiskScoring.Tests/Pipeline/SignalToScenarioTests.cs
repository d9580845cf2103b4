using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;

namespace Chokepoint.RiskScoring.Tests.Pipeline;

/// <summary>With a price shock, a collapsed flow and purchases in force: what is supposed starts from what is.</summary>
public sealed class SignalToScenarioTests(SignalToScenarioTests.Scene scene) : IClassFixture<SignalToScenarioTests.Scene>
{
    private const double Z = 5.2;

    private RiskService Risk => scene.Risk;

    [Theory]
    [InlineData("gallium")]
    [InlineData("natural-graphite")]
    public async Task A_scenario_starts_where_the_live_scores_stand(string mineral)
    {
        var live = (await Risk.GetAsync($"/api/risk/scores?mineral={mineral}&limit=400")).GetProperty("items").EnumerateArray()
            .ToDictionary(s => s.GetProperty("economy").GetString()!, s => (s.GetProperty("score").GetDouble(), s.GetProperty("interval").ToString()));
        var lines = await PlayAsync($$"""{"supplyCuts":[{"supplier":"NZL","mineral":"{{mineral}}","share":0}]}""");
        lines.Count.ShouldBe(live.Count);
        foreach (var line in lines)
        {
            var economy = line.GetProperty("economy").GetString()!;
            (Before(line), line.GetProperty("before").GetProperty("interval").ToString()).ShouldBe(live[economy], economy);
            After(line).ShouldBe(Before(line), economy);
        }
    }

    [Fact]
    public async Task A_scenario_of_another_day_starts_from_the_score_of_that_day()
    {
        var may = (await Risk.ScoreAsync("USA", "gallium", "?on=2026-05-15")).Score;
        may.ShouldNotBe((await Risk.ScoreAsync("USA", "gallium")).Score, "June's price is not of May");
        const string scenario = """{"on":"2026-05-15","economies":["USA"],"supplyCuts":[{"supplier":"NZL","mineral":"gallium","share":0}]}""";
        Before((await PlayAsync(scenario)).Single()).ShouldBe(may!.Value);
        using var batch = JsonContent.Create(JsonElement.Parse($$"""{"scenarios":[{{scenario}},{{scenario.Replace("2026-05-15", "2026-06-15", StringComparison.Ordinal)}}]}"""));
        var both = await (await Risk.Http.PostAsync("/api/risk/scenarios/batch", batch)).Content.ReadFromJsonAsync<JsonElement>();
        both.GetProperty("items").EnumerateArray().Select(o => o.GetProperty("most")[0].GetProperty("before").GetDouble())
            .ShouldBe([may.Value, (await Risk.ScoreAsync("USA", "gallium", "?on=2026-06-15")).Score!.Value]);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-10)]
    public async Task A_price_shock_comes_on_top_of_the_one_in_force(double percent)
    {
        var line = (await PlayAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"economies":["USA"],"priceShocks":[{"mineral":"gallium","percent":{{percent}}}]}"""))).Single();
        var (was, now) = (Market(Z), Market(Z + Math.Log(1 + percent / 100) / 0.05));
        After(line).ShouldBe(100 * (1 - (1 - Before(line) / 100) / (1 - 0.25 * was) * (1 - 0.25 * now)), 0.11);
        line.GetProperty("deltas").EnumerateArray().Single().GetProperty("factor").GetString().ShouldBe("market");

        static double Market(double z) => Math.Clamp((z - 2) / 6, 0, 1);
    }

    [Theory]
    [InlineData("extraction", 0.5, false)]
    [InlineData("extraction", 1, true)]
    [InlineData("processing", 1, false)]
    public async Task Of_a_supposed_fall_and_the_one_that_is_the_larger_counts_at_its_stage(string stage, double share, bool moves)
    {
        var line = (await PlayAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"economies":["JPN"],"supplyCuts":[{"supplier":"CHN","mineral":"natural-graphite","stage":"{{stage}}","share":{{share}}}]}"""))).Single();
        line.GetProperty("deltas").EnumerateArray().Any(d => d.GetProperty("factor").GetString() == "trade").ShouldBe(moves, line.ToString());
    }

    [Fact]
    public async Task Who_supplies_by_purchases_alone_can_hurt_and_its_measures_count()
    {
        var hurt = (await Risk.GetAsync("/api/risk/exposure/suppliers/NOR?mineral=gallium")).GetProperty("items").EnumerateArray().ToList();
        hurt.ShouldHaveSingleItem().GetProperty("economy").GetString().ShouldBe("KOR");
        var exposed = (await Risk.GetAsync("/api/risk/exposure/KOR")).GetProperty("minerals").EnumerateArray().Single(m => m.GetProperty("mineral").GetString() == "gallium");
        exposed.GetProperty("suppliers").EnumerateArray().Select(s => s.GetProperty("supplier").GetString()).ShouldContain("NOR");

        var before = await Risk.ScoreAsync("KOR", "gallium");
        var ban = Events.Licence("NOR", "2026-1", ["gallium"], Risk.Clock.GetUtcNow()) with { Measure = Measure.Prohibition };
        await scene.Controls.AnnounceAsync(ban);
        var after = await Eventually.BecomesAsync(() => Risk.ScoreAsync("KOR", "gallium"), s => s.Version > before.Version);
        after.Deltas.ShouldHaveSingleItem().Factor.ShouldBe("controls");
        after.Score!.Value.ShouldBeGreaterThan(before.Score!.Value + 1);
    }

    private static double Before(JsonElement line) => line.GetProperty("before").GetProperty("score").GetDouble();

    private static double After(JsonElement line) => line.GetProperty("after").GetProperty("score").GetDouble();

    private async Task<List<JsonElement>> PlayAsync(string scenario)
    {
        using var body = JsonContent.Create(JsonElement.Parse(scenario));
        var answer = await Risk.Http.PostAsync("/api/risk/scenarios", body);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray()];
    }

    public sealed class Scene(ServersFixture servers) : IAsyncLifetime
    {
        internal RiskService Risk { get; private set; } = null!;

        internal Peer Controls { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var now = new DateTimeOffset(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);
            Risk = await RiskService.StartAsync(servers, now);
            Controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), Risk.Broker);
            await using var prices = await Peer.StartAsync("market-prices", await servers.CreateDatabaseAsync(), Risk.Broker);
            await using var trade = await Peer.StartAsync("trade-flows", await servers.CreateDatabaseAsync(), Risk.Broker);
            await Controls.AnnounceAsync(Events.Licence("CHN", "2023-23", ["gallium"], now));
            await prices.AnnounceAsync(SignalEvents.Price("gallium", Z, new DateOnly(2026, 6, 1), now));
            await trade.AnnounceAsync(
                SignalEvents.Month("JPN", "natural-graphite", Stage.Extraction, "2026-05", now, ("CHN", 0.9), ("MOZ", 0)),
                SignalEvents.Year("KOR", "gallium", Stage.Processing, "2025", ("NOR", 0.4), ("CHN", 0.6)));
            await Eventually.IsTrueAsync(
                async () => await Risk.CountAsync("SELECT (SELECT count(*) FROM clauses) + (SELECT count(*) FROM signals)") == 4
                    && await Risk.CountAsync("SELECT count(*) FROM rescore_work") == 0,
                TimeSpan.FromSeconds(60));
        }

        public async ValueTask DisposeAsync()
        {
            await Controls.DisposeAsync();
            await Risk.DisposeAsync();
        }
    }
}
