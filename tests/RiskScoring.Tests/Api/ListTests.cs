using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.RiskScoring.Tests.Support;

namespace Chokepoint.RiskScoring.Tests.Api;

/// <summary>Lists: every pair once, filters, pages, CSV, tags, and what cannot be answered.</summary>
[Collection(nameof(GalliumScene))]
public sealed class ListTests(GalliumScene scene)
{
    private RiskService Risk => scene.Risk;

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
    [InlineData("/api/risk/scores/USA/gallium/history", "version,asOf,score")]
    [InlineData("/api/risk/moves", "id,economy,mineral")]
    [InlineData("/api/risk/minerals", "slug,")]
    [InlineData("/api/risk/minerals/cobalt/producers", "stage,")]
    [InlineData("/api/risk/economies", "code,")]
    [InlineData("/api/risk/sectors?economy=USA", "sector,economy,minerals")]
    [InlineData("/api/risk/claims", "topic,mineral,statement")]
    [InlineData("/api/risk/methods", "name,")]
    [InlineData("/api/risk/methods/eu-supply-risk/runs/2023", "material,mineral,stage,mode,supplyRisk,inputs.hhiGlobal")]
    [InlineData("/api/risk/exposure/suppliers/CHN", "economy,mineral,stage,share")]
    [InlineData("/api/risk/scenarios/ready?economy=JPN", "supplier,mineral,importer,worldShare")]
    [InlineData("/api/risk/figures?mineral=gallium", "kind,mineral,stage")]
    [InlineData("/api/risk/figures/formats", "format,describes")]
    public async Task Every_list_comes_as_csv_with_a_row_for_each_item(string path, string columns)
    {
        var items = (await Risk.GetAsync(path)).GetProperty("items").GetArrayLength();
        items.ShouldBeGreaterThan(0);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/csv");
        using var answer = await Risk.Http.SendAsync(request);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        using var text = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await text.ReadLineAsync())!.ShouldStartWith(columns);
        using var rows = CsvHelper.CsvReader.Create(text, CsvHelper.CsvReaderOptions.Default with { HasHeader = false });
        var count = 0;
        while (rows.Read()) count++;
        count.ShouldBe(items);
    }

    [Theory]
    [InlineData("/api/risk/moves?since=2099-01-01T00:00:00Z", "id,economy,mineral")]
    [InlineData("/api/risk/scores?economy=USA&level=low&state=insufficient_data", "economy,mineral,stage,score,interval.low,interval.high,level")]
    public async Task A_csv_of_nothing_still_has_its_header(string path, string columns)
    {
        (await Risk.GetAsync(path)).GetProperty("items").GetArrayLength().ShouldBe(0);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/csv");
        using var answer = await Risk.Http.SendAsync(request);
        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldHaveSingleItem().ShouldStartWith(columns);
    }

    /// <summary>Rows without an interval (no figures) and rows with one: the columns are the type's, not the rows'.</summary>
    [Fact]
    public async Task Every_row_of_a_csv_has_the_columns_of_its_header()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/risk/scores?sort=mineral&limit=500");
        request.Headers.Accept.ParseAdd("text/csv");
        using var answer = await Risk.Http.SendAsync(request);
        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines[0].Split(',').ShouldBeUnique();
        lines[0].ShouldNotContain(",interval,");
        lines.Select(l => l.Split(',').Length).Distinct().ShouldHaveSingleItem();
        lines.Skip(1).ShouldContain(l => l.Contains("insufficient_data", StringComparison.Ordinal));
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
    public async Task No_key_is_401()
    {
        using var anonymous = new HttpRequestMessage(HttpMethod.Get, "/api/risk/scores");
        anonymous.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "nobody");
        (await Risk.Http.SendAsync(anonymous)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
