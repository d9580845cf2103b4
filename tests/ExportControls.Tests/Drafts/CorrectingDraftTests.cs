using System.Net;
using System.Text.Json.Nodes;
using Chokepoint.ExportControls.Tests.Feeds;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;

namespace Chokepoint.ExportControls.Tests.Drafts;

/// <summary>A draft of a revised document meets a notice that an operator has corrected since: nothing of the operator's is lost.</summary>
public class CorrectingDraftTests(ServersFixture servers)
{
    [Fact]
    public async Task What_an_operator_corrected_since_stays_beside_what_the_document_changed()
    {
        var (fed, draft, notice) = await RevisedAsync();
        await using var running = fed;
        await CorrectAsync(fed, notice, n => (n["authority"], n["sources"]) = ("Department of Commerce", new JsonArray(n["sources"]![0]!.DeepClone(), JsonNode.Parse("""{"url": "https://example.org/a", "kind": "secondary"}"""))));

        var (status, corrected, _) = await fed.SendAsync(HttpMethod.Post, $"/drafts/{draft["id"]}/confirm");
        status.ShouldBe(HttpStatusCode.OK, corrected.ToString());
        ((string?)corrected["authority"], (string?)corrected["clauses"]![0]!["effectiveFrom"], (int)corrected["revision"]!).ShouldBe(("Department of Commerce", "2026-11-01", 3));
        corrected["sources"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_field_that_both_changed_is_refused_with_the_reason_until_a_reviewer_has_seen_what_stands()
    {
        var (fed, draft, notice) = await RevisedAsync();
        await using var running = fed;
        await CorrectAsync(fed, notice, n => n["clauses"]![0]!["effectiveFrom"] = "2026-12-24");
        var path = $"/drafts/{draft["id"]}";

        var (status, problem, _) = await fed.SendAsync(HttpMethod.Post, path + "/confirm");
        status.ShouldBe(HttpStatusCode.Conflict);
        ((string?)problem["errors"]!["/clauses/0/effectiveFrom"]![0]).ShouldNotBeNull().ShouldStartWith($"Was corrected in notice {notice} since this draft was begun (revision 2).");
        ((string?)(await fed.App.GetAsync($"/notices/{notice}"))["clauses"]![0]!["effectiveFrom"]).ShouldBe("2026-12-24");

        var (edited, goneOn, _) = await fed.SendAsync(HttpMethod.Patch, path, "{}", "*");
        edited.ShouldBe(HttpStatusCode.OK, goneOn.ToString());
        ((string?)goneOn["notice"]!["clauses"]![0]!["effectiveFrom"]).ShouldBe("2026-12-24", "the operator's value stands");
        var clauses = goneOn["notice"]!["clauses"]!.DeepClone();
        clauses[0]!["effectiveFrom"] = "2026-11-01";
        (await fed.SendAsync(HttpMethod.Patch, path, new JsonObject { ["clauses"] = clauses }.ToJsonString(), "*")).Status.ShouldBe(HttpStatusCode.OK);
        var (confirmed, corrected, _) = await fed.SendAsync(HttpMethod.Post, path + "/confirm");
        confirmed.ShouldBe(HttpStatusCode.OK, corrected.ToString());
        ((string?)corrected["clauses"]![0]!["effectiveFrom"]).ShouldBe("2026-11-01");
    }

    [Fact]
    public async Task Two_interventions_that_act_on_two_notices_are_two_actions_of_one_draft_each_with_its_words()
    {
        static string Acting(int id, string target, string until = "27 November 2026") => Samples.Intervention(
            id, title: "China: suspension of controls", type: "Export ban", source: "MOFCOM Announcement No. 72 of 2025", implemented: "2025-11-09",
            description: $"<p>China suspended paragraph 2 of MOFCOM Announcement No. {target} until {until}.</p>");
        var second = Acting(150012, "57 of 2025");
        await using var fed = await FedControls.StartAsync(servers, alert: _ => new PlayedAnswer($"[{Acting(150011, "46 of 2024")},{second}]"));

        var draft = (await fed.DraftsAsync(1)).Single();
        ((string?)draft["notice"]!["documentNumber"]).ShouldBe("2025-72");
        Actions(draft).ShouldBe(["2024-46/2 ..2026-11-27", "2025-57/2 ..2026-11-27"]);
        ((string?)draft["passages"]!["/actions/0/until"]![0]!["document"]).ShouldBe("150011");
        ((string?)draft["passages"]!["/actions/1/until"]!.AsArray().ShouldHaveSingleItem()!["document"]).ShouldBe("150012");

        // The second document is revised, and the first's action stays as it is.
        second = Acting(150012, "57 of 2025", "10 December 2026");
        draft = (await Eventually.BecomesAsync(() => fed.App.ItemsAsync("/drafts"), d => Actions(d.Single()).Contains("2025-57/2 ..2026-12-10"), FedControls.Patience)).Single();
        Actions(draft).ShouldBe(["2024-46/2 ..2026-11-27", "2025-57/2 ..2026-12-10"]);

        // It names another notice in place of its own.
        second = Acting(150012, "58 of 2025");
        draft = (await Eventually.BecomesAsync(() => fed.App.ItemsAsync("/drafts"), d => Actions(d.Single()).Exists(a => a.StartsWith("2025-58", StringComparison.Ordinal)), FedControls.Patience)).Single();
        Actions(draft).ShouldBe(["2024-46/2 ..2026-11-27", "2025-58/2 ..2026-11-27"]);
    }

    private static List<string> Actions(JsonNode draft) =>
        [.. draft["notice"]!["actions"]!.AsArray().Select(a => $"{a!["target"]!["documentNumber"]}/{a["target"]!["clause"]} ..{a["until"]}")];

    /// <summary>A confirmed document that was revised: its notice, and the open draft which would correct that.</summary>
    private async Task<(FedControls Fed, JsonNode Draft, string Notice)> RevisedAsync()
    {
        var document = Samples.FederalDocument();
        var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(document)));
        var first = (await fed.DraftsAsync(1)).Single();
        var notice = (await fed.SendAsync(HttpMethod.Post, $"/drafts/{first["id"]}/confirm")).Body;
        document = Samples.FederalDocument(effectiveOn: "2026-11-01");
        return (fed, (await fed.DraftsAsync(1)).Single(), (string)notice["id"]!);
    }

    private static async Task CorrectAsync(FedControls fed, string id, Action<JsonNode> change)
    {
        var (_, notice, etag) = await fed.SendAsync(HttpMethod.Get, $"/notices/{id}");
        var drafts = await fed.App.ItemsAsync("/drafts?state=confirmed");
        var body = drafts.Single()["notice"]!.DeepClone();
        change(body);
        (await fed.App.PutAsync(id, body.ToJsonString(), etag)).StatusCode.ShouldBe(HttpStatusCode.OK, notice.ToString());
    }
}
