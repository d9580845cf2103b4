using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Chokepoint.RiskScoring.Tests.Support;

namespace Chokepoint.RiskScoring.Tests.Api;

/// <summary>One score, explained: its shape, its tag, another day and what was known then.</summary>
[Collection(nameof(GalliumScene))]
public sealed class ScoreTests(GalliumScene scene)
{
    private RiskService Risk => scene.Risk;

    [Fact]
    public async Task A_score_has_the_shape_that_the_interface_promises()
    {
        var score = await Risk.GetAsync("/api/risk/scores/USA/gallium");
        score.GetProperty("economy").GetString().ShouldBe("USA");
        score.GetProperty("stage").GetString().ShouldBe("processing");
        score.GetProperty("score").GetDouble().ShouldBe(56, 2);
        score.GetProperty("interval").GetProperty("low").GetDouble().ShouldBeLessThanOrEqualTo(score.GetProperty("score").GetDouble());
        score.GetProperty("level").GetString().ShouldBe("high");
        score.GetProperty("state").GetString().ShouldBe("ok");
        score.GetProperty("basis").GetString().ShouldBe("sourced");
        score.GetProperty("coverage").GetDouble().ShouldBe(0.7);
        score.GetProperty("method").GetString().ShouldBe("live-1");
        score.GetProperty("contributions").EnumerateArray().Sum(c => c.GetProperty("points").GetDecimal()).ShouldBe(score.GetProperty("score").GetDecimal());
        score.GetProperty("contributions")[0].GetProperty("evidence").EnumerateArray()
            .ShouldContain(e => e.GetProperty("type").GetString() == "producer-share" && e.GetProperty("label").GetString()!.StartsWith("CHN 98.9 % of refined output", StringComparison.Ordinal));
        foreach (var e in score.GetProperty("contributions").EnumerateArray().SelectMany(c => c.GetProperty("evidence").EnumerateArray()))
        {
            e.GetProperty("source").GetString().ShouldNotBeNullOrEmpty(e.ToString());
        }

        score.GetProperty("methods").GetProperty("eu-supply-risk").GetProperty("value").GetDouble().ShouldBe(2.97, 0.1);
        score.GetProperty("methods").GetProperty("usgs-gdp-2025").GetProperty("unit").GetString().ShouldBe("USD million");
        score.GetProperty("methods").GetProperty("usgs-2021").GetProperty("state").GetString().ShouldBe("insufficient_data");
        score.GetProperty("inputs").GetArrayLength().ShouldBeGreaterThan(3);
        score.GetProperty("absent").EnumerateArray().Select(a => a.GetProperty("factor").GetString()).ShouldBe(["trade", "market"]);
    }

    [Fact]
    public async Task A_score_answers_for_another_day_by_the_schedules()
    {
        (await Risk.ScoreAsync("USA", "gallium", "?on=2026-08-29")).Score!.Value.ShouldBe(56, 2);
        (await Risk.ScoreAsync("USA", "gallium", "?on=2026-08-30")).Score!.Value.ShouldBe(60, 2);
        (await Risk.ScoreAsync("USA", "gallium", "?on=2026-11-27")).Score!.Value.ShouldBe(60, 2);
        (await Risk.ScoreAsync("USA", "gallium", "?on=2026-11-28")).Score!.Value.ShouldBe(69, 2);
        (await Risk.ScoreAsync("USA", "gallium", "?on=2024-12-03")).Score!.Value.ShouldBe(69, 2);
        (await Risk.ScoreAsync("USA", "gallium", "?on=2022-01-01")).Score!.Value.ShouldBe(45, 2);
        (await Risk.ScoreAsync("KOR", "gallium", "?on=2026-11-28")).Score.ShouldBe((await Risk.ScoreAsync("KOR", "gallium", "?on=2026-11-27")).Score);
    }

    [Fact]
    public async Task A_score_is_given_as_it_was_known()
    {
        (await Risk.ScoreAsync("USA", "gallium", "?knownOn=2026-05-30")).Score!.Value.ShouldBe(45, 2);
        (await Risk.ScoreAsync("USA", "gallium", "?on=2026-11-28&knownOn=2026-05-31")).Score!.Value.ShouldBe(51, 2);
        (await Risk.ScoreAsync("USA", "gallium", "?on=2026-11-28&knownOn=2026-06-01")).Score!.Value.ShouldBe(69, 2);
    }

    [Theory]
    [InlineData("2026-06-01", "USGS Mineral Commodity Summaries 2026", "ok", true)]
    [InlineData("2025-06-01", "USGS Mineral Commodity Summaries 2025", "ok", false)]
    [InlineData("2024-06-01", "USGS Mineral Commodity Summaries 2024", "ok", false)]
    [InlineData("2022-06-01", null, "insufficient_data", false)]
    public async Task A_score_as_known_on_a_day_is_made_of_the_editions_published_by_then(string day, string? production, string state, bool gdp)
    {
        var score = await Risk.ScoreAsync("USA", "gallium", $"?knownOn={day}");
        score.State.ShouldBe(state);
        (score.Inputs.SingleOrDefault(i => i.Name == "production")?.Vintage).ShouldBe(production);
        (score.Score is null).ShouldBe(production is null);
        score.Methods.ContainsKey("usgs-gdp-2025").ShouldBe(gdp);
    }

    [Fact]
    public async Task The_tag_is_the_version_and_answers_304()
    {
        var first = await Risk.Http.GetAsync("/api/risk/scores/USA/gallium");
        var version = (await first.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("version").GetInt64();
        first.Headers.ETag!.Tag.ShouldBe($"\"{version}\"");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/risk/scores/USA/gallium");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag);
        (await Risk.Http.SendAsync(again)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var other = new HttpRequestMessage(HttpMethod.Get, "/api/risk/scores/USA/gallium");
        other.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"0\""));
        (await Risk.Http.SendAsync(other)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_mineral_with_no_producers_is_insufficient_data_and_not_zero()
    {
        var score = await Risk.GetAsync("/api/risk/scores/USA/caesium");
        score.GetProperty("state").GetString().ShouldBe("insufficient_data");
        score.GetProperty("score").ValueKind.ShouldBe(JsonValueKind.Null);
        score.GetProperty("coverage").GetDouble().ShouldBe(0);
    }

    [Fact]
    public async Task History_tells_every_revision_and_its_reason()
    {
        var history = (await Risk.GetAsync("/api/risk/scores/USA/gallium/history")).GetProperty("items");
        history.GetArrayLength().ShouldBe(3);
        history[0].GetProperty("deltas")[0].GetProperty("reason").GetString()!.ShouldStartWith("CHN 2024-46 clause 2: suspended, in force from 2026-11-28");
        history[2].GetProperty("version").GetInt64().ShouldBe(1);
        (await Risk.GetAsync("/api/risk/scores/USA/gallium/history?to=2020-01-01")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("", "on=9999-12-31", 0)]
    [InlineData("", "knownOn=9999-12-31", 0)]
    [InlineData("", "on=0001-01-01", 0)]
    [InlineData("", "knownOn=0001-01-01", 0)]
    [InlineData("/history", "to=9999-12-31", 3)]
    [InlineData("/history", "from=0001-01-01", 3)]
    [InlineData("/history", "from=9999-12-31", 0)]
    [InlineData("/history", "on=9999-12-31", 1)]
    [InlineData("/history", "knownOn=9999-12-31", 3)]
    public async Task The_first_and_the_last_day_there_is_are_days(string path, string query, int revisions)
    {
        var answer = await Risk.GetAsync($"/api/risk/scores/USA/gallium{path}?{query}");
        if (path.Length > 0) answer.GetProperty("items").GetArrayLength().ShouldBe(revisions);
        else answer.GetProperty("mineral").GetString().ShouldBe("gallium");
    }

    [Fact]
    public async Task History_tells_what_stood_on_a_day_and_what_was_known_by_one()
    {
        (await Versions("on=2026-06-01")).ShouldBe([3]);
        (await Versions("on=2026-05-01")).ShouldBeEmpty();
        (await Versions("knownOn=2026-06-01")).ShouldBe([3, 2, 1]);
        (await Versions("knownOn=2026-05-31")).ShouldBeEmpty();

        async Task<IEnumerable<int>> Versions(string query) =>
            [.. (await Risk.GetAsync($"/api/risk/scores/USA/gallium/history?{query}")).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("version").GetInt32())];
    }
}
