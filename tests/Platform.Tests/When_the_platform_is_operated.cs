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

    private async Task<JsonElement> RebuildAsync()
    {
        using var answer = await platform.Operator.PostAsync(new Uri("/api/ops/risk/rebuild", UriKind.Relative), null, Deadline);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Headers.Location!.ToString().ShouldBe("/api/ops/risk/rebuild");
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Deadline);
    }

    private Task<JsonElement> GetAsync(string path) => platform.Operator.GetFromJsonAsync<JsonElement>(path, Deadline)!;

    private async Task<string?> ClauseAsync(Guid notice) =>
        (await Servers.QueryAsync("riskdb", $"SELECT version || event::text FROM clauses WHERE notice_id = '{notice}'", row => row.GetString(0))).SingleOrDefault();
}
