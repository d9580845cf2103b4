using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Platform.Tests;

/// <summary>What operators do, from outside, at <c>/api/ops</c>.</summary>
public sealed class When_the_platform_is_operated(PlatformFixture platform)
{
    private static CancellationToken Deadline => TestContext.Current.CancellationToken;

    private PlatformServers Servers => new(platform.Process.DataFolder);

    [Fact]
    public async Task A_lost_and_a_damaged_clause_come_back_from_their_owner_and_nothing_is_announced_or_revised()
    {
        await using var subscriber = await Subscriber.SubscribeAsync(platform.Operator, ["JPN"], ["bismuth"]);
        var posted = await platform.Operator.PostNoticeAsync(Notices.Ban("JPN", "bismuth"));
        var notice = (await posted.Content.ReadFromJsonAsync<JsonElement>(Deadline)).GetProperty("id").GetGuid();
        await subscriber.Receiver.ReceivesAsync(2);
        var score = await GetAsync("/api/risk/scores/JPN/bismuth");
        var before = await ClauseAsync(notice);
        before.ShouldNotBeNull();

        await Servers.ExecuteAsync("riskdb", $"DELETE FROM clauses WHERE notice_id = '{notice}'");
        var asked = await RebuildAsync();
        asked.GetProperty("owners").EnumerateArray().Select(owner => owner.GetProperty("service").GetString()).ShouldBe(["controls", "prices", "trade"]);
        asked.GetProperty("owners")[0].GetProperty("stated").GetInt64().ShouldBeGreaterThan(0);
        await Eventually.BecomesAsync(() => ClauseAsync(notice), clause => clause == before, TimeSpan.FromSeconds(60));

        await Servers.ExecuteAsync("riskdb", $$"""UPDATE clauses SET event = jsonb_set(event, '{measure}', '"statement"') WHERE notice_id = '{{notice}}'""");
        await RebuildAsync();
        await Eventually.BecomesAsync(() => ClauseAsync(notice), clause => clause == before, TimeSpan.FromSeconds(60));
        await Eventually.IsTrueAsync(
            async () => (await GetAsync("/api/ops/risk/rebuild")).GetProperty("state").GetString() == "settled"
                && await Servers.CountAsync("riskdb", "SELECT count(*) FROM rescore_work WHERE mineral = 'bismuth'") == 0,
            TimeSpan.FromSeconds(60));

        (await GetAsync("/api/risk/scores/JPN/bismuth")).GetProperty("version").GetInt64().ShouldBe(score.GetProperty("version").GetInt64());
        (await Servers.CountAsync("riskdb", "SELECT max(version) FROM revisions WHERE economy = 'JPN' AND mineral = 'bismuth'"))
            .ShouldBe(score.GetProperty("version").GetInt64());
        subscriber.Received.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Lost_and_damaged_signals_of_prices_and_flows_come_back_from_their_owners()
    {
        var series = new { mineral = "indium", form = "ingot", unit = "kg", currency = "USD", source = "Rebuilt exchange", frequency = "monthly" };
        // Five quiet years and a month in which it doubles: a shock, which is announced.
        var observations = Enumerable.Range(0, 61).Select(month => new
        {
            date = new DateOnly(2021, 6, 1).AddMonths(month), value = (month == 60 ? 2 : 1) * (300 + month % 5),
        });
        using var posted = await platform.Operator.PostAsJsonAsync("/api/prices/observations", new { series, observations }, Deadline);
        posted.StatusCode.ShouldBe(HttpStatusCode.Accepted, await posted.Content.ReadAsStringAsync(Deadline));
        using var file = new StringContent(
            """
            year,partner,code,kg,usd
            2024,CHN,282580,7000,90000
            2024,KOR,282580,3000,50000
            """, System.Text.Encoding.UTF8, "text/csv");
        const string declared = "source=Rebuilt&reporter=IND&direction=import&frequency=annual&period=year&partner=partner&hs=code&value=usd&weight=kg";
        using var imported = await platform.Operator.PostAsync($"/api/trade/imports?format=csv&{declared}", file, Deadline);
        imported.StatusCode.ShouldBe(HttpStatusCode.Accepted, await imported.Content.ReadAsStringAsync(Deadline));

        foreach (var (where, damage) in ((string, string)[])
            [("kind = 'price' AND event->>'mineral' = 'indium'", "{robustZ}"), ("kind = 'supply' AND key LIKE 'IND/antimony/%/2024'", "{hhi}")])
        {
            Task<string?> SignalAsync() => OneAsync("riskdb", $"SELECT version || event::text FROM signals WHERE {where}");
            var before = await Eventually.BecomesAsync(SignalAsync, signal => signal is not null, TimeSpan.FromSeconds(60));
            await Servers.ExecuteAsync("riskdb", $"DELETE FROM signals WHERE {where}");
            await RebuildAsync();
            await Eventually.BecomesAsync(SignalAsync, signal => signal == before, TimeSpan.FromSeconds(60));
            await Servers.ExecuteAsync("riskdb", $"UPDATE signals SET event = jsonb_set(event, '{damage}', '-1') WHERE {where}");
            (await SignalAsync()).ShouldNotBe(before);
            await RebuildAsync();
            await Eventually.BecomesAsync(SignalAsync, signal => signal == before, TimeSpan.FromSeconds(60));
        }
    }

    [Fact]
    public async Task A_lost_and_a_damaged_measure_of_trade_flows_come_back_from_their_owner()
    {
        var posted = await platform.Operator.PostNoticeAsync(Notices.Ban("KOR", "bismuth"));
        var notice = (await posted.Content.ReadFromJsonAsync<JsonElement>(Deadline)).GetProperty("id").GetGuid();
        // Restated, it has an id and a time of its own: what it says is the same.
        Task<string?> MeasureAsync() => OneAsync(
            "tradedb", $"SELECT version || (event - '{{eventId,occurredAt,previousStatus,silent}}'::text[])::text FROM measures WHERE notice_id = '{notice}'");
        var before = await Eventually.BecomesAsync(MeasureAsync, measure => measure is not null, TimeSpan.FromSeconds(60));

        await Servers.ExecuteAsync("tradedb", $"DELETE FROM measures WHERE notice_id = '{notice}'");
        var asked = await RebuildAsync("trade");
        asked.GetProperty("owners").EnumerateArray().Select(owner => owner.GetProperty("service").GetString()).ShouldBe(["controls"]);
        await Eventually.BecomesAsync(MeasureAsync, measure => measure == before, TimeSpan.FromSeconds(60));

        await Servers.ExecuteAsync("tradedb", $$"""UPDATE measures SET event = jsonb_set(event, '{measure}', '"statement"') WHERE notice_id = '{{notice}}'""");
        await RebuildAsync("trade");
        await Eventually.BecomesAsync(MeasureAsync, measure => measure == before, TimeSpan.FromSeconds(60));
        await Eventually.IsTrueAsync(
            async () => (await GetAsync("/api/ops/trade/rebuild")).GetProperty("state").GetString() == "settled", TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task The_audit_log_of_all_services_tells_who_wrote_what_and_only_to_operators()
    {
        var posted = await platform.Operator.PostNoticeAsync(Notices.Licence("tellurium"));
        posted.StatusCode.ShouldBe(HttpStatusCode.Created);
        var resource = posted.Headers.Location!.ToString();
        await Eventually.IsTrueAsync(async () => (await GetAsync("/api/ops/audit?service=controls&key=ops&limit=500")).GetProperty("items").EnumerateArray()
            .Any(entry => entry.GetProperty("resource").GetString() == resource && entry.GetProperty("status").ValueKind is JsonValueKind.Number
                && entry.GetProperty("status").GetInt32() == 201), TimeSpan.FromSeconds(60));

        using var reader = platform.Process.ClientWith(PlatformFixture.ReaderKey);
        foreach (var path in (string[])["/api/ops", "/api/ops/audit", "/api/ops/risk/audit", "/api/ops/dead-letters", "/api/ops/risk/rebuild"])
            (await reader.GetAsync(new Uri(path, UriKind.Relative), Deadline)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
    }

    [Fact]
    public async Task The_overview_names_every_service()
    {
        var items = (await GetAsync("/api/ops")).GetProperty("items").EnumerateArray().ToArray();
        items.Select(item => item.GetProperty("service").GetString()).ShouldBe(["controls", "prices", "trade", "risk", "notifications"]);
        items.ShouldAllBe(item => item.GetProperty("answers").GetBoolean());
    }

    private async Task<JsonElement> RebuildAsync(string service = "risk")
    {
        using var answer = await platform.Operator.PostAsync(new Uri($"/api/ops/{service}/rebuild", UriKind.Relative), null, Deadline);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Headers.Location!.ToString().ShouldBe($"/api/ops/{service}/rebuild");
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Deadline);
    }

    private Task<JsonElement> GetAsync(string path) => platform.Operator.GetFromJsonAsync<JsonElement>(path, Deadline)!;

    private Task<string?> ClauseAsync(Guid notice) => OneAsync("riskdb", $"SELECT version || event::text FROM clauses WHERE notice_id = '{notice}'");

    private async Task<string?> OneAsync(string database, string sql) => (await Servers.QueryAsync(database, sql, row => row.GetString(0))).SingleOrDefault();
}
