using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;

namespace Chokepoint.RiskScoring.Tests.Api;

/// <summary>One service with a licence and a suspended ban on gallium, asked over HTTP; the clock stands at 1 June 2026.</summary>
public sealed class RiskApiTests(RiskApiTests.Scene scene) : IClassFixture<RiskApiTests.Scene>
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
        score.GetProperty("methods").GetProperty("usgs-gdp-2025").GetProperty("unit").GetString().ShouldNotBeNull();
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
    public async Task Every_pair_is_listed_once_page_by_page_and_sorted()
    {
        var seen = new List<(string, string, double?)>();
        string? cursor = null;
        do
        {
            var page = await Risk.GetAsync($"/api/risk/scores?limit=500{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => (
                i.GetProperty("economy").GetString()!, i.GetProperty("mineral").GetString()!,
                i.GetProperty("score").ValueKind == JsonValueKind.Null ? null : (double?)i.GetProperty("score").GetDouble())));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        seen.Count.ShouldBe(ScoredEconomies.All.Count * Reference.Minerals.All.Count);
        seen.Select(s => (s.Item1, s.Item2)).ShouldBeUnique();
        seen.Select(s => s.Item3 ?? -1).ShouldBeInOrder(SortDirection.Descending);
    }

    [Theory]
    [InlineData("economy=USA&sort=score")]
    [InlineData("economy=USA&level=high")]
    [InlineData("mineral=gallium&sort=economy&state=ok")]
    [InlineData("sort=mineral&state=insufficient_data")]
    public async Task Filters_hold_and_pages_join_up(string query)
    {
        var whole = (await Risk.GetAsync($"/api/risk/scores?{query}&limit=400")).GetProperty("items").EnumerateArray().Select(i => i.ToString()).ToList();
        whole.ShouldNotBeEmpty();
        var first = await Risk.GetAsync($"/api/risk/scores?{query}&limit=3");
        var second = await Risk.GetAsync($"/api/risk/scores?{query}&limit=3&cursor={first.GetProperty("nextCursor").GetString()}");
        first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(i => i.ToString()).ShouldBe(whole.Take(6));
    }

    [Theory]
    [InlineData("/api/risk/scores/XXX/gallium", HttpStatusCode.NotFound)]
    [InlineData("/api/risk/scores/USA/unobtainium", HttpStatusCode.NotFound)]
    [InlineData("/api/risk/scores/USA/unobtainium/history", HttpStatusCode.NotFound)]
    [InlineData("/api/risk/minerals/unobtainium/producers", HttpStatusCode.NotFound)]
    [InlineData("/api/risk/scores?level=huge", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/api/risk/scores?economy=XXX", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/api/risk/scores?sort=weight", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/api/risk/scores?limit=0", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/api/risk/scores?cursor=x", HttpStatusCode.BadRequest)]
    [InlineData("/api/risk/scores/USA/gallium?on=tomorrow", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_answered_is_a_problem_document(string path, HttpStatusCode status)
    {
        var answer = await Risk.Http.GetAsync(path);
        answer.StatusCode.ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
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

    [Fact]
    public async Task Producers_minerals_economies_and_methods_are_listed_with_sources()
    {
        var producers = (await Risk.GetAsync("/api/risk/minerals/cobalt/producers")).GetProperty("items");
        producers.EnumerateArray().Select(p => p.GetProperty("stage").GetString()).ShouldBe(["extraction", "processing"]);
        producers[0].GetProperty("producers")[0].GetProperty("economy").GetString().ShouldBe("COD");
        producers[0].GetProperty("hhi").GetProperty("low").GetDouble().ShouldBe(5766);
        (await Risk.GetAsync("/api/risk/minerals")).GetProperty("items").GetArrayLength().ShouldBe(Reference.Minerals.All.Count);
        (await Risk.GetAsync("/api/risk/economies")).GetProperty("items").GetArrayLength().ShouldBeGreaterThanOrEqualTo(40);
        var methods = (await Risk.GetAsync("/api/risk/methods")).GetProperty("items");
        methods[0].GetProperty("parameters").GetProperty("severities").GetProperty("prohibition").GetDouble().ShouldBe(0.95);
        var runs = (await Risk.GetAsync("/api/risk/methods/eu-supply-risk/runs/2023")).GetProperty("items").EnumerateArray().ToList();
        runs.Single(r => r.GetProperty("mineral").GetString() == "natural-graphite").GetProperty("supplyRisk").GetDouble().ShouldBe(1.80, 0.1);
    }

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
    [InlineData("{}", "/clauses")]
    public async Task A_wrong_scenario_is_refused_by_field(string body, string field)
    {
        using var content = Json(body);
        var answer = await Risk.Http.PostAsync("/api/risk/scenarios", content);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await answer.Content.ReadAsStringAsync());
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty(field, out _)
            .ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Exposure_names_minerals_and_suppliers_most_exposed_first()
    {
        var exposure = await Risk.GetAsync("/api/risk/exposure/USA");
        var minerals = exposure.GetProperty("minerals").EnumerateArray().ToList();
        minerals.Select(m => m.GetProperty("score").GetDouble()).ShouldBeInOrder(SortDirection.Descending);
        var gallium = minerals.Single(m => m.GetProperty("mineral").GetString() == "gallium");
        gallium.GetProperty("suppliers")[0].GetProperty("supplier").GetString().ShouldBe("CHN");
        gallium.GetProperty("suppliers")[0].GetProperty("severity").GetDouble().ShouldBe(0.428, 0.001);
        exposure.GetProperty("suppliers")[0].GetProperty("supplier").GetString().ShouldBe("CHN");
        (await Risk.Http.GetAsync("/api/risk/exposure/XXX")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_supplier_is_asked_what_it_could_hurt_most()
    {
        var hurt = (await Risk.GetAsync("/api/risk/exposure/suppliers/CHN?limit=500")).GetProperty("items").EnumerateArray().ToList();
        hurt.Count.ShouldBeGreaterThan(100);
        hurt.Select(h => h.GetProperty("rise").GetDouble()).ShouldBeInOrder(SortDirection.Descending);
        hurt.ShouldAllBe(h => h.GetProperty("ifStopped").GetDouble() > h.GetProperty("score").GetDouble());
        hurt.ShouldNotContain(h => h.GetProperty("economy").GetString() == "CHN");
        var gallium = (await Risk.GetAsync("/api/risk/exposure/suppliers/CHN?mineral=gallium")).GetProperty("items").EnumerateArray().ToList();
        gallium.ShouldAllBe(h => h.GetProperty("mineral").GetString() == "gallium");
        (await Risk.Http.GetAsync("/api/risk/exposure/suppliers/XXX")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
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

    [Fact]
    public async Task Sectors_and_claims_carry_their_sources()
    {
        var sectors = (await Risk.GetAsync("/api/risk/sectors?economy=USA")).GetProperty("items").EnumerateArray().ToList();
        sectors.ShouldContain(s => s.GetProperty("sector").GetString() == "semiconductors");
        sectors.SelectMany(s => s.GetProperty("minerals").EnumerateArray()).ShouldAllBe(m => m.GetProperty("source").GetString()!.Length > 0);
        var claims = (await Risk.GetAsync("/api/risk/claims?mineral=gallium")).GetProperty("items").EnumerateArray().ToList();
        claims.Count.ShouldBeGreaterThan(1);
        claims.ShouldAllBe(c => c.GetProperty("source").GetString()!.Length > 0);
    }

    [Fact]
    public async Task A_list_comes_as_csv_when_asked()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/risk/scores?economy=USA&limit=3");
        request.Headers.Accept.ParseAdd("text/csv");
        var answer = await Risk.Http.SendAsync(request);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(4);
        lines[0].ShouldStartWith("economy,mineral,stage,score,interval.low,interval.high,level");
        lines[1].ShouldStartWith("USA,");
        answer.Headers.GetValues("Link").Single().ShouldContain("rel=\"next\"");
    }

    [Theory]
    [InlineData("/api/risk/scores?economy=USA&level=high", "application/json")]
    [InlineData("/api/risk/scores?economy=USA&limit=3", "text/csv")]
    [InlineData("/api/risk/scores/USA/gallium?on=2026-11-28", "application/json")]
    [InlineData("/api/risk/scores/USA/gallium/history", "application/json")]
    [InlineData("/api/risk/scores/USA/gallium/history", "text/csv")]
    [InlineData("/api/risk/moves?since=2020-01-01T00:00:00Z", "text/csv")]
    [InlineData("/api/risk/minerals", "text/csv")]
    [InlineData("/api/risk/economies", "text/csv")]
    public async Task Every_read_carries_a_strong_tag_and_answers_304_to_who_has_it(string path, string type)
    {
        var first = await AskAsync(null);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        first.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        first.Headers.ETag!.IsWeak.ShouldBeFalse();
        var again = await AskAsync(first.Headers.ETag);
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        again.Headers.ETag.ShouldBe(first.Headers.ETag);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        (await AskAsync(new EntityTagHeaderValue("\"0\""))).StatusCode.ShouldBe(HttpStatusCode.OK);

        async Task<HttpResponseMessage> AskAsync(EntityTagHeaderValue? known)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.ParseAdd(type);
            if (known is not null) request.Headers.IfNoneMatch.Add(known);
            return await Risk.Http.SendAsync(request);
        }
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

    [Fact]
    public async Task A_stream_resumes_after_the_event_it_last_had()
    {
        var moves = (await Risk.GetAsync("/api/risk/moves?limit=500")).GetProperty("items").EnumerateArray().ToList();
        var ids = moves.Select(m => m.GetProperty("id").GetInt64()).ToList();
        ids.ShouldBeInOrder();
        ids.ShouldBeUnique();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/risk/stream");
        request.Headers.Add("Last-Event-ID", ids[^3].ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var answer = await Risk.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        await using var body = await answer.Content.ReadAsStreamAsync();
        var heard = new List<string>();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(body).EnumerateAsync(deadline.Token))
        {
            if (item.EventType == "score-changed") heard.Add(item.EventId!);
            if (heard.Count == 2) break;
        }

        heard.ShouldBe([.. ids[^2..].Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
    }

    [Fact]
    public async Task No_key_is_401()
    {
        using var anonymous = new HttpRequestMessage(HttpMethod.Get, "/api/risk/scores");
        anonymous.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "nobody");
        (await Risk.Http.SendAsync(anonymous)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");

    public sealed class Scene(ServersFixture servers) : IAsyncLifetime
    {
        internal RiskService Risk { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Risk = await RiskService.StartAsync(servers, new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
            await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), Risk.Broker);
            await controls.AnnounceAsync(Events.Licence("CHN", "2023-23", ["gallium", "germanium"], Risk.Clock.GetUtcNow().AddDays(-1)));
            await Eventually.IsTrueAsync(async () => (await Risk.ScoreAsync("USA", "gallium")).Version == 2);
            await controls.AnnounceAsync(Events.SuspendedBan(Risk.Clock.GetUtcNow()));
            await Eventually.IsTrueAsync(async () => (await Risk.ScoreAsync("USA", "gallium")).Version == 3);
        }

        public ValueTask DisposeAsync() => Risk.DisposeAsync();
    }
}
