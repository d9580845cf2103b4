using System.Net;
using System.Text.Json;

namespace Chokepoint.MarketPrices.Tests.Observations;

public sealed class RecordObservationsTests(PriceService prices) : PriceTests(prices)
{
    [Fact]
    public async Task New_revised_and_unchanged_prices_are_counted_and_the_same_batch_again_changes_nothing()
    {
        var (status, first) = await Prices.RecordAsync("count", """{"date":"2024-01-01","value":300},{"date":"2024-02-01","value":310}""");
        var (_, second) = await Prices.RecordAsync("count", """{"date":"2024-02-01","value":320.5},{"date":"2024-01-01","value":300},{"date":"2024-03","value":330}""");
        var (_, third) = await Prices.RecordAsync("count", """{"date":"2024-02-01","value":320.5},{"date":"2024-01-01","value":300},{"date":"2024-03","value":330}""");

        status.ShouldBe(HttpStatusCode.Accepted);
        Counts(first).ShouldBe((2, 0, 0, 0));
        Counts(second).ShouldBe((1, 1, 1, 0));
        Counts(third).ShouldBe((0, 0, 3, 0));
        second.GetProperty("seriesId").GetGuid().ShouldBe(first.GetProperty("seriesId").GetGuid());
    }

    [Fact]
    public async Task A_revision_keeps_the_earlier_vintage_in_whatever_order_the_two_arrive()
    {
        await Prices.RecordAsync("vintage", """{"date":"2020-01-01","value":100}""", vintage: "2020-02-10");
        await Prices.RecordAsync("vintage", """{"date":"2020-01-01","value":120}""", vintage: "2020-05-10");
        var (_, late) = await Prices.RecordAsync("vintage", """{"date":"2020-01-01","value":110}""", vintage: "2020-03-10");
        var id = late.GetProperty("seriesId").GetGuid();

        (await Values($"series/{id}/observations")).ShouldBe([120]);
        (await Values($"series/{id}/observations?knownOn=2020-02-20")).ShouldBe([100]);
        (await Values($"series/{id}/observations?knownOn=2020-04-01")).ShouldBe([110]);
        (await Values($"series/{id}/observations?vintages=true")).ShouldBe([100, 110, 120]);
    }

    [Fact]
    public async Task Bad_rows_are_named_with_the_reason_and_the_good_ones_land()
    {
        var (status, body) = await Prices.RecordAsync("bad", """
            {"date":"2024-01-01","value":300}, {"date":"2024-02-01","value":"NaN"}, {"date":"2024-03-01","value":-4}, {"date":"2024-04-01","value":1e300},
            {"date":"2999-01-01","value":300}, {"date":"yesterday","value":300}, {"date":"2024-06-01","value":null}, {"date":"2024-01-31","value":301},
            {"date":"2024-07-01"}, {"value":1}, {"date":"2024","value":1}, {"date":"2024-08-01","value":0}
            """);

        status.ShouldBe(HttpStatusCode.Accepted);
        Counts(body).ShouldBe((1, 0, 0, 11));
        body.GetProperty("rejects").EnumerateArray().Select(r => r.GetProperty("pointer").GetString()).ShouldBe([
            "/observations/1/value", "/observations/2/value", "/observations/3/value", "/observations/4/date", "/observations/5/date",
            "/observations/6/value", "/observations/7/date", "/observations/8/value", "/observations/9/date", "/observations/10/date",
            "/observations/11/value",
        ]);
        body.GetProperty("rejects")[3].GetProperty("reason").GetString().ShouldBe("date is in the future.");
    }

    [Theory]
    [InlineData("\"mineral\": \"gallium\"", "\"mineral\": \"unobtainium\"", "/series/mineral")]
    [InlineData("\"currency\": \"USD\"", "\"currency\": \"dollars\"", "/series/currency")]
    [InlineData("\"frequency\": \"monthly\"", "\"frequency\": \"sometimes\"", "/series/frequency")]
    [InlineData("\"unit\": \"kg\"", "\"unit\": \"\"", "/series/unit")]
    [InlineData("\"observations\": [{\"date\":\"2024-01-01\",\"value\":3}]", "\"observations\": []", "/observations")]
    [InlineData("\"form\": \"metal\"", "\"form\": \"metal\", \"shape\": \"round\"", "/series/shape")]
    public async Task A_series_that_is_not_one_is_refused_by_field_and_nothing_is_stored(string good, string bad, string field)
    {
        const string request = """
            {"series": {"mineral": "gallium", "form": "metal", "unit": "kg", "currency": "USD", "source": "refused", "frequency": "monthly"}, "observations": [{"date":"2024-01-01","value":3}]}
            """;

        var (status, body) = await Prices.PostAsync("observations", request.Replace(good, bad, StringComparison.Ordinal));

        ((int)status).ShouldBeOneOf(400, 422);
        body.GetProperty("errors").EnumerateObject().Select(e => e.Name).Contains(field, StringComparer.Ordinal).ShouldBeTrue();
        (await Prices.QueryAsync<long>("SELECT count(*) FROM series WHERE source = 'refused'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_batch_of_only_bad_rows_makes_no_series()
    {
        var (status, body) = await Prices.RecordAsync("only bad", """{"date":"2999-01-01","value":300}""");

        status.ShouldBe(HttpStatusCode.Accepted);
        body.GetProperty("seriesId").ValueKind.ShouldBe(JsonValueKind.Null);
        (await Prices.QueryAsync<long>("SELECT count(*) FROM series WHERE source = 'only bad'")).ShouldBe(0);
    }

    [Fact]
    public async Task Writers_of_the_same_new_series_at_once_make_one_series_and_lose_no_price()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Prices.RecordAsync("race", $$"""{"date":"2024-01-{{i + 1:00}}","value":{{i + 1}}}""", "daily")));

        (await Prices.QueryAsync<long>("SELECT count(*) FROM series WHERE source = 'race'")).ShouldBe(1);
        (await Prices.QueryAsync<long>("SELECT count(*) FROM observations JOIN series ON no = series_no WHERE source = 'race'")).ShouldBe(20);
    }

    [Fact]
    public async Task Series_are_listed_by_mineral_with_their_newest_price_and_observations_page_by_page()
    {
        var (_, recorded) = await Prices.RecordAsync("list", """{"date":"2023-01-01","value":1},{"date":"2023-02-01","value":2},{"date":"2023-03-01","value":3}""");
        var id = recorded.GetProperty("seriesId").GetGuid();

        var series = (await Prices.GetAsync("series?mineral=gallium&limit=500")).GetProperty("items").EnumerateArray().Single(s => s.GetProperty("id").GetGuid() == id);
        series.GetProperty("latest").GetProperty("value").GetDouble().ShouldBe(3);
        series.GetProperty("first").GetString().ShouldBe("2023-01-01");
        var page = await Prices.GetAsync($"series/{id}/observations?limit=2");
        (await Values($"series/{id}/observations?limit=2&cursor={page.GetProperty("nextCursor").GetString()}")).ShouldBe([3]);
        (await Values($"series/{id}/observations?from=2023-02-01&to=2023-02-28")).ShouldBe([2]);
        using var absent = await Prices.Client.GetAsync($"/api/prices/series/{Guid.NewGuid()}/observations");
        absent.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<double[]> Values(string path) =>
        [.. (await Prices.GetAsync(path)).GetProperty("items").EnumerateArray().Select(o => o.GetProperty("value").GetDouble())];

    private static (int, int, int, int) Counts(JsonElement body) => (
        body.GetProperty("new").GetInt32(), body.GetProperty("revised").GetInt32(), body.GetProperty("unchanged").GetInt32(), body.GetProperty("rejected").GetInt32());
}
