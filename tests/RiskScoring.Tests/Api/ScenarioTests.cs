using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chokepoint.RiskScoring.Tests.Support;

namespace Chokepoint.RiskScoring.Tests.Api;

/// <summary>What if: one scenario, thousands, the ready ones, and wrong ones.</summary>
[Collection(nameof(GalliumScene))]
public sealed class ScenarioTests(GalliumScene scene)
{
    private RiskService Risk => scene.Risk;

    [Fact]
    public async Task A_scenario_says_before_and_after_and_stores_nothing()
    {
        var revisions = await Risk.CountAsync("SELECT count(*) FROM revisions");
        using var scenario = Json("""
            { "economies": ["USA", "CHN"],
              "clauses": [{ "issuer": "CHN", "measure": "prohibition", "minerals": ["gallium"] }],
              "supplyCuts": [{ "supplier": "COD", "mineral": "cobalt", "stage": "extraction", "share": 1.0 }],
              "priceShocks": [{ "mineral": "tungsten", "percent": 40.0 }] }
            """);
        var answer = await Risk.Http.PostAsync("/api/risk/scenarios", scenario);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var items = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray().ToList();
        JsonElement Of(string economy, string mineral) => items.Single(i => i.GetProperty("economy").GetString() == economy && i.GetProperty("mineral").GetString() == mineral);
        Of("USA", "gallium").GetProperty("before").GetProperty("score").GetDouble().ShouldBe(56, 2);
        Of("USA", "gallium").GetProperty("after").GetProperty("score").GetDouble().ShouldBe(69, 2);
        Of("CHN", "gallium").GetProperty("change").GetDouble().ShouldBe(0);
        Of("USA", "cobalt").GetProperty("uncovered")[0].GetProperty("share").GetDouble().ShouldBeInRange(0.2, 0.4);
        Of("USA", "tungsten").GetProperty("deltas").EnumerateArray().Single().GetProperty("factor").GetString().ShouldBe("market");
        foreach (var item in items)
        {
            item.GetProperty("deltas").EnumerateArray().Sum(d => d.GetProperty("points").GetDecimal()).ShouldBe(item.GetProperty("change").GetDecimal());
        }

        (await Risk.CountAsync("SELECT count(*) FROM revisions")).ShouldBe(revisions);
        (await Risk.GetAsync("/api/risk/scenarios/ready")).GetProperty("items").GetArrayLength().ShouldBeGreaterThan(30);
    }

    [Theory]
    [InlineData("""{"clauses":[{"measure":"prohibition","minerals":["gallium"]}]}""", "/clauses/0")]
    [InlineData("""{"clauses":[{"issuer":"CHN","measure":"prohibition","minerals":["unobtainium"]}]}""", "/clauses/0/minerals/0")]
    [InlineData("""{"supplyCuts":[{"supplier":"CHN","mineral":"gallium","share":1.2}]}""", "/supplyCuts/0/share")]
    [InlineData("""{"economies":["XXX"],"priceShocks":[{"mineral":"gallium","percent":5}]}""", "/economies/0")]
    [InlineData("""{"surprise":1}""", "/surprise")]
    [InlineData("""{"economies":[null],"priceShocks":[{"mineral":"gallium","percent":5}]}""", "/economies/0")]
    [InlineData("""{"minerals":[null],"priceShocks":[{"mineral":"gallium","percent":5}]}""", "/minerals/0")]
    [InlineData("""{"clauses":[null]}""", "/clauses/0")]
    [InlineData("""{"supplyCuts":[null]}""", "/supplyCuts/0")]
    [InlineData("""{"priceShocks":[null]}""", "/priceShocks/0")]
    [InlineData("""{"clauses":[{"issuer":"CHN","measure":"prohibition","minerals":[null]}]}""", "/clauses/0/minerals/0")]
    [InlineData("""{"clauses":[{"issuer":"CHN","measure":"prohibition","items":[null]}]}""", "/clauses/0/items/0")]
    [InlineData("""{"clauses":[{"issuer":"CHN","measure":"prohibition","items":[{"hsCodes":[null]}]}]}""", "/clauses/0/items/0/hsCodes/0")]
    [InlineData("""{"clauses":[{"issuer":"CHN","measure":"prohibition","minerals":["gallium"],"items":[{"hsCodes":["8112.92"]}]}]}""", "/clauses/0/items/0/hsCodes/0")]
    [InlineData("""{"clauses":[{"issuer":"CHN","measure":"prohibition","minerals":["gallium"],"items":[{"hsCodes":["811292","8112"]}]}]}""", "/clauses/0/items/0/hsCodes/1")]
    [InlineData("""{"clauses":[{"issuer":"CHN","measure":"prohibition","minerals":["gallium"],"destinations":[null]}]}""", "/clauses/0/destinations/0")]
    [InlineData("""{"clauses":[{"issuer":"CHN","measure":"prohibition","minerals":["gallium"],"excludedDestinations":[null]}]}""", "/clauses/0/excludedDestinations/0")]
    [InlineData("""{"clauses":[{"issuer":"CHN","measure":"prohibition","minerals":["gallium"],"stages":[null]}]}""", "/clauses/0/stages/0")]
    [InlineData("{}", "/clauses")]
    public async Task A_wrong_scenario_is_refused_by_field(string body, string field)
    {
        using var content = Json(body);
        var answer = await Risk.Http.PostAsync("/api/risk/scenarios", content);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await answer.Content.ReadAsStringAsync());
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty(field, out _)
            .ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"scenarios":[null]}""", "/scenarios/0")]
    [InlineData("""{"scenarios":[{"clauses":[{"issuer":"CHN","measure":"prohibition","items":[{"hsCodes":[null]}]}]}]}""", "/scenarios/0/clauses/0/items/0/hsCodes/0")]
    public async Task A_wrong_scenario_of_many_is_refused_by_field(string body, string field)
    {
        using var content = Json(body);
        var answer = await Risk.Http.PostAsync("/api/risk/scenarios/batch", content);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await answer.Content.ReadAsStringAsync());
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty(field, out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_clause_may_end_on_the_last_day_there_is()
    {
        using var scenario = Json("""
            {"economies":["JPN"],"clauses":[{"issuer":"CHN","measure":"prohibition","items":[{"hsCodes":["811292"]}],"effectiveUntil":"9999-12-31"}]}
            """);
        var answer = await Risk.Http.PostAsync("/api/risk/scenarios", scenario);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray()
            .ShouldContain(i => i.GetProperty("mineral").GetString() == "gallium" && i.GetProperty("change").GetDouble() > 1);
    }

    [Fact]
    public async Task A_cut_by_the_Union_is_one_by_each_of_its_members()
    {
        using var union = Json("""{"economies":["USA"],"supplyCuts":[{"supplier":"EU27","mineral":"germanium","share":1}]}""");
        var line = (await (await Risk.Http.PostAsync("/api/risk/scenarios", union)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items")[0];
        var uncovered = line.GetProperty("uncovered").EnumerateArray().ToList();
        var members = uncovered.Select(u => u.GetProperty("supplier").GetString()!).Distinct().ToList();
        members.ShouldContain("DEU");
        members.ShouldAllBe(m => Reference.Economies.UnionOf(m) == "EU27");
        line.GetProperty("change").GetDouble().ShouldBeGreaterThan(0);
        using var each = Json($$"""
            {"economies":["USA"],"supplyCuts":[{{string.Join(",", members.Select(m => $$"""{"supplier":"{{m}}","mineral":"germanium","share":1}"""))}}]}
            """);
        (await (await Risk.Http.PostAsync("/api/risk/scenarios", each)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items")[0]
            .GetProperty("after").ToString().ShouldBe(line.GetProperty("after").ToString());
    }

    [Fact]
    public async Task A_ready_scenario_can_be_of_one_importer_and_posted_as_it_is()
    {
        var ready = (await Risk.GetAsync("/api/risk/scenarios/ready?economy=JPN")).GetProperty("items").EnumerateArray().ToList();
        ready.ShouldAllBe(r => r.GetProperty("importer").GetString() == "JPN" && r.GetProperty("worldShare").GetDouble() > 0.3);
        var first = ready.First(r => r.GetProperty("meanChange").GetDouble() > 1);
        using var body = Json(first.GetProperty("scenario").GetRawText());
        var played = await (await Risk.Http.PostAsync("/api/risk/scenarios", body)).Content.ReadFromJsonAsync<JsonElement>();
        var line = played.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        line.GetProperty("after").GetProperty("score").GetDouble().ShouldBe(first.GetProperty("most")[0].GetProperty("after").GetDouble(), 0.11);
    }

    [Fact]
    public async Task Many_scenarios_at_once_give_what_each_gives_alone_twice_over()
    {
        var scenarios = string.Join(",", Enumerable.Range(1, 1200).Select(i =>
            $$"""{"economies":["USA","JPN"],"supplyCuts":[{"supplier":"CHN","mineral":"{{(i % 2 == 0 ? "gallium" : "tungsten")}}","share":{{(i / 1200.0).ToString(System.Globalization.CultureInfo.InvariantCulture)}}}]}"""));
        using var one = Json($$"""{"scenarios":[{{scenarios}}]}""");
        using var two = Json($$"""{"scenarios":[{{scenarios}}]}""");
        var answer = await Risk.Http.PostAsync("/api/risk/scenarios/batch", one);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        (await (await Risk.Http.PostAsync("/api/risk/scenarios/batch", two)).Content.ReadAsStringAsync()).ShouldBe(text);
        var items = JsonDocument.Parse(text).RootElement.GetProperty("items").EnumerateArray().ToList();
        items.Count.ShouldBe(1200);
        items[1199].GetProperty("pairs").GetInt32().ShouldBe(2);
        using var last = Json("""{"economies":["USA","JPN"],"supplyCuts":[{"supplier":"CHN","mineral":"gallium","share":1}]}""");
        var alone = (await (await Risk.Http.PostAsync("/api/risk/scenarios", last)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items")[0];
        items[1199].GetProperty("most")[0].GetProperty("after").GetDouble().ShouldBe(alone.GetProperty("after").GetProperty("score").GetDouble());
        using var bad = Json("""{"scenarios":[{"supplyCuts":[{"supplier":"CHN","mineral":"gallium","share":2}]}]}""");
        var refused = await Risk.Http.PostAsync("/api/risk/scenarios/batch", bad);
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty("/scenarios/0/supplyCuts/0/share", out _).ShouldBeTrue();
    }

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");
}
