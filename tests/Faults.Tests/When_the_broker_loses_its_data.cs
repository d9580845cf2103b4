using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.Testing;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>The broker's disk is gone with messages in a queue that it had confirmed: nothing brings them back, a rebuild states them again.</summary>
[Collection(nameof(RunningPlatform))]
[Trait("Duration", "long")]
public sealed class When_the_broker_loses_its_data(RunningPlatform running)
{
    private const string Page = "broker-lost-its-data";
    private const string Queue = "risk-scoring.control-state-changed";

    // A pair that no other test touches.
    private static readonly Pair Pair = new("TWN", "gallium");

    [Fact]
    public async Task What_it_had_confirmed_is_missing_in_the_scores_until_a_rebuild_which_no_webhook_tells_of()
    {
        var platform = running.Platform;
        await using var ledger = await running.OpenLedgerAsync();
        (await Runbook.SeesAsync(platform, Page)).ShouldBeFalse();
        var ban = Notices.Ban(Pair.Economy, Pair.Mineral);
        var (before, due) = await ScenarioAsync(ban);
        due.ShouldBeGreaterThan(before);

        using (platform.KeptDown("risk", "risk"))
        {
            (await platform.Client.PostNoticeAsync(ban)).EnsureSuccessStatusCode();
            ledger.Accepted(ban, Pair);
            await Eventually.BecomesAsync(() => running.Servers.WaitingAsync(Queue), waiting => waiting == 1, TimeSpan.FromSeconds(60));
            await Eventually.BecomesAsync(ledger.ReadAsync, verdict => verdict.Unannounced.Count == 0, TimeSpan.FromSeconds(60)); // the others have theirs
            var node = platform.Find("RabbitMQ").Id;
            using var _ = platform.KeptDown("broker", "RabbitMQ");
            await Eventually.IsTrueAsync(() => ProcessIdentity.InSession(node).Count == 0);
            Directory.Delete(Path.Combine(platform.DataFolder, "rabbitmq"), recursive: true);
            await Runbook.FollowAsync(platform, Page, Runbook.Mend);
        }

        await Runbook.FollowAsync(platform, Page, Runbook.Check);
        await Runbook.IsSeenAsync(platform, Page);
        (await ScoreAsync()).ShouldBe(before);

        await Runbook.FollowAsync(platform, Page, "Afterwards");
        await Eventually.BecomesAsync(ScoreAsync, score => score == due, TimeSpan.FromSeconds(60));
        await Eventually.BecomesAsync(() => Backlog.ReadAsync(running.Servers, inHand: true), backlog => backlog.IsEmpty, TimeSpan.FromSeconds(60));
        (await Runbook.SeesAsync(platform, Page)).ShouldBeFalse();
        ledger.Subscriber.ScoreChanges.ShouldBeEmpty();
    }

    /// <summary>The score as it is, and as it has to be under the notice: a scenario stores nothing.</summary>
    private async Task<(double Before, double After)> ScenarioAsync(JsonObject notice)
    {
        var clause = new JsonObject { ["issuer"] = "CHN", ["measure"] = "prohibition", ["minerals"] = new JsonArray(Pair.Mineral), ["destinations"] = new JsonArray(Pair.Economy) };
        using var answer = await running.Platform.Client.PostAsJsonAsync("/api/risk/scenarios", new JsonObject
        {
            ["economies"] = new JsonArray(Pair.Economy), ["minerals"] = new JsonArray(Pair.Mineral), ["clauses"] = new JsonArray(clause),
        });
        var item = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray().Single();
        return (Score(item.GetProperty("before")), Score(item.GetProperty("after")));
    }

    private async Task<double> ScoreAsync() =>
        Score(await running.Platform.Client.GetFromJsonAsync<JsonElement>($"/api/risk/scores/{Pair.Economy}/{Pair.Mineral}"));

    private static double Score(JsonElement score) => score.GetProperty("score").GetDouble();
}
