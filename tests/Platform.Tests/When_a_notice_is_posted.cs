using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;
using Chokepoint.Testing.Webhooks;

namespace Chokepoint.Platform.Tests;

/// <summary>The main job, from outside: a control notice in, a re-scored risk and a signed webhook out.</summary>
public sealed class When_a_notice_is_posted(PlatformFixture platform)
{
    private static CancellationToken Deadline => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_scores_it_touches_rise_with_the_evidence_and_the_subscriber_hears_why()
    {
        await using var subscriber = await Subscriber.SubscribeAsync(platform.Operator, ["USA"], ["gallium", "germanium"]);
        var before = new[] { await ScoreAsync("USA", "gallium"), await ScoreAsync("USA", "germanium") };

        var answer = await platform.Operator.PostNoticeAsync(Notices.Licence("gallium", "germanium"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        answer.Headers.Location.ShouldNotBeNull();

        await subscriber.Receiver.ReceivesAsync(3);
        foreach (var old in before)
        {
            var now = await ScoreAsync("USA", old.GetProperty("mineral").GetString()!);
            now.GetProperty("score").GetDouble().ShouldBeGreaterThan(old.GetProperty("score").GetDouble());
            now.GetProperty("version").GetInt64().ShouldBe(old.GetProperty("version").GetInt64() + 1);

            var contributions = now.GetProperty("contributions").EnumerateArray().ToList();
            contributions.Sum(c => (decimal)c.GetProperty("points").GetDouble()).ShouldBe((decimal)now.GetProperty("score").GetDouble());
            contributions.ShouldAllBe(c => c.GetProperty("evidence").GetArrayLength() > 0 || c.GetProperty("points").GetDouble() == 0);

            var told = subscriber.ScoreChanges.Select(w => w.Json.GetProperty("data"))
                .Single(data => data.GetProperty("mineral").GetString() == now.GetProperty("mineral").GetString());
            told.GetProperty("current").GetProperty("score").GetDouble().ShouldBe(now.GetProperty("score").GetDouble());
            told.GetProperty("deltas").EnumerateArray()
                .ShouldContain(d => d.GetProperty("factor").GetString() == "controls" && d.GetProperty("points").GetDouble() > 0);
        }

        subscriber.StateChanges.ShouldHaveSingleItem();
        subscriber.Received.ShouldAllBe(w => w.IsSignedBy(subscriber.Secret, null));
        subscriber.Received.ShouldAllBe(w => w.Id == w.Json.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_ban_on_one_destination_leaves_the_others_where_they_were()
    {
        await using var subscriber = await Subscriber.SubscribeAsync(platform.Operator, minerals: ["antimony"]);
        var korea = await ScoreAsync("KOR", "antimony");

        (await platform.Operator.PostNoticeAsync(Notices.Ban("USA", "antimony"))).StatusCode.ShouldBe(HttpStatusCode.Created);

        await subscriber.Receiver.ReceivesAsync(1, IsScoreChange);
        subscriber.ScoreChanges.ShouldAllBe(w => w.Json.GetProperty("data").GetProperty("economy").GetString() == "USA");
        (await ScoreAsync("KOR", "antimony")).GetProperty("version").GetInt64().ShouldBe(korea.GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task Posting_it_again_changes_nothing_and_other_content_under_its_number_is_a_conflict()
    {
        var notice = Notices.Licence("tungsten");
        var first = await platform.Operator.PostNoticeAsync(notice);
        first.StatusCode.ShouldBe(HttpStatusCode.Created);

        var again = await platform.Operator.PostNoticeAsync(notice);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await IdAsync(again)).ShouldBe(await IdAsync(first));

        notice["title"] = "Another title";
        var other = await platform.Operator.PostNoticeAsync(notice);
        other.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        other.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task The_clause_acts_for_its_destination_on_its_days()
    {
        var notice = Notices.Ban("JPN", "dysprosium");
        notice["clauses"]![0]!["effectiveUntil"] = "2027-02-04";
        (await platform.Operator.PostNoticeAsync(notice)).StatusCode.ShouldBe(HttpStatusCode.Created);
        var number = notice["documentNumber"]!.GetValue<string>();

        (await ActiveAsync("JPN", "2026-12-01")).ShouldContain(number);
        (await ActiveAsync("JPN", "2027-02-04")).ShouldContain(number); // until is inclusive
        (await ActiveAsync("JPN", "2027-02-05")).ShouldNotContain(number);
        (await ActiveAsync("JPN", "2025-02-03")).ShouldNotContain(number);
        (await ActiveAsync("USA", "2026-12-01")).ShouldNotContain(number);
    }

    private static bool IsScoreChange(ReceivedWebhook webhook) => webhook.Type == "chokepoint.risk.score-changed.v1";

    private async Task<string> ActiveAsync(string destination, string on) =>
        await platform.Operator.GetStringAsync($"/api/controls/active?destination={destination}&mineral=dysprosium&on={on}&status=in_force", Deadline);

    private Task<JsonElement> ScoreAsync(string economy, string mineral) =>
        platform.Operator.GetFromJsonAsync<JsonElement>($"/api/risk/scores/{economy}/{mineral}", Deadline);

    private static async Task<string?> IdAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonNode>(Deadline))!["id"]?.GetValue<string>();
}
