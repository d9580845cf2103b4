using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Platform.Tests;

/// <summary>Without a setting the real notices are there, and the README's tour works as printed.</summary>
public sealed class When_it_starts_as_it_ships
{
    private static CancellationToken Deadline => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_real_history_acts_in_silence_and_one_notice_more_raises_the_scores_it_touches()
    {
        await using var platform = await PlatformProcess.StartAsync(new PlatformOptions
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PLATFORM_REGISTRY"] = "" },
        });
        await using var subscriber = await Subscriber.SubscribeAsync(platform.Client, ["USA"], ["gallium", "germanium"]);

        var ban = await BanAsync("&on=2026-11-28");
        ((string?)ban["status"], (string?)ban["stateSince"], (string?)ban["basis"]).ShouldBe(("in_force", "2026-11-28", "schedule"));
        // The military prohibition of 2024-46, its suspended ban and the licence of 2023-23 are in the score once all three have been heard.
        // And the ban not as it stood before its suspension.
        var asItStands = $"since {(string?)(await BanAsync(""))["stateSince"]}";
        foreach (var mineral in new[] { "gallium", "germanium" })
        {
            await Eventually.IsTrueAsync(async () => EvidenceOf(await ScoreAsync(mineral)).Any(label => label.Contains("2024-46 clause 2", StringComparison.Ordinal)
                && label.Contains(asItStands, StringComparison.Ordinal)), TimeSpan.FromSeconds(60));
            await Eventually.IsTrueAsync(async () => EvidenceOf(await ScoreAsync(mineral)).Count(label => label.Contains("2024-46", StringComparison.Ordinal)
                || label.Contains("2023-23", StringComparison.Ordinal)) == 3, TimeSpan.FromSeconds(60));
        }

        var before = new[] { await ScoreAsync("gallium"), await ScoreAsync("germanium") };

        // The notice of the README's tour.
        var notice = Notices.Of("licensing", destinations: null, "gallium", "germanium");
        notice["issuer"] = "CAN";
        (await platform.Client.PostNoticeAsync(notice)).StatusCode.ShouldBe(HttpStatusCode.Created);

        await subscriber.Receiver.ReceivesAsync(3);
        foreach (var old in before)
        {
            var mineral = old.GetProperty("mineral").GetString()!;
            var now = await ScoreAsync(mineral);
            now.GetProperty("score").GetDouble().ShouldBeGreaterThan(old.GetProperty("score").GetDouble(), mineral);
            ControlsOf(now).ShouldBeGreaterThan(ControlsOf(old), mineral);
        }
        // The history itself was told to nobody: the first change of state that was is the notice's.
        subscriber.StateChanges.ShouldAllBe(w => w.Json.GetProperty("data").GetProperty("issuer").GetString() == "CAN");

        async Task<JsonNode> BanAsync(string on) =>
            (await platform.Client.GetFromJsonAsync<JsonNode>("/api/controls/active?destination=USA&mineral=gallium" + on, Deadline))!["items"]!
            .AsArray().Single(c => (string?)c!["documentNumber"] == "2024-46" && (string?)c["clause"] == "2")!;

        Task<JsonElement> ScoreAsync(string mineral) => platform.Client.GetFromJsonAsync<JsonElement>($"/api/risk/scores/USA/{mineral}", Deadline);
    }

    private static double ControlsOf(JsonElement score) => score.GetProperty("contributions").EnumerateArray()
        .Where(c => c.GetProperty("factor").GetString() == "controls").Sum(c => c.GetProperty("points").GetDouble());

    private static IEnumerable<string> EvidenceOf(JsonElement score) => score.GetProperty("contributions").EnumerateArray()
        .SelectMany(c => c.GetProperty("evidence").EnumerateArray()).Select(e => e.GetProperty("label").GetString()!);
}
