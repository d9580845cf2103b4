using System.Net;
using System.Text.Json.Nodes;
using Chokepoint.ExportControls.Tests.Feeds;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;

namespace Chokepoint.ExportControls.Tests.Drafts;

/// <summary>A bad draft is refused by its field, with what would be taken there, and nothing of it is applied.</summary>
public class BadDraftTests(ServersFixture servers)
{
    /// <summary>What is edited in, the pointer of the refusal, and the words that say what would be taken.</summary>
    private static readonly (string Patch, string Pointer, string Says)[] Cases =
    [
        (Acting("suspend", "2024-46", "9", "2026-10-01"), "/actions/0/target/clause", "give one of 1, 2, or null for all"),
        (Acting("suspend", "2099-1", "1", "2026-10-01"), "/actions/0/target/documentNumber", "record that notice first"),
        (Acting("suspend", "2024-46", "2", "2026-10-01"), "/actions/0/from", "overlaps the one from 2025-11-09 to 2026-11-27: must be outside it; extend prolongs it"),
        (Acting("repeal", "2023-23", "1", "2026-09-30"), "/actions/0/from", "must be 2026-10-01 or later"),
        (Acting("resume", "2023-23", "1", "2026-10-02"), "/actions/0/from", "must be a day of one"),
        (Acting("extend", "2023-23", "1", "2026-10-02", "2027-01-01"), "/actions/0/target", "name a clause with a last day"),
        (Acting("repeal", "2023-23", "1", "2026-10-02", "2027-01-01"), "/actions/0/until", "Must be null"),
        (Acting("suspend", "2023-23", "1", "2026-10-02", "2026-10-01"), "/actions/0/until", "must be 2026-10-02 or later"),
        ("""{"actions": [{"action": "amend", "target": {"issuer": "USA", "documentNumber": "FR 2026-10001", "clause": "1"}, "from": "2026-10-15"}]}""", "/actions/0/target", "Closes a cycle"),
        (Clause("effectiveUntil", "\"2026-10-14\""), "/clauses/0/effectiveUntil", "must be 2026-10-15 or later"),
        (Clause("effectiveFrom", "null"), "/clauses/0/effectiveFrom", "a day such as"),
        (Clause("items", """[{"hsCodes": ["854140"]}]"""), "/clauses/0/items/0/hsCodes/0", "give the code of HS 2022"),
        (Clause("items", """[{"hsCodes": ["8101.94"]}]"""), "/clauses/0/items/0/hsCodes/0", "without dots"),
        (Clause("minerals", """["unobtainium"]"""), "/clauses/0/minerals/0", "give a slug such as gallium"),
        (Clause("destinations", """["China"]"""), "/clauses/0/destinations/0", "ISO 3166-1 alpha-3"),
        ("""{"documentNumber": null}""", "/documentNumber", "1 to 100 characters"),
    ];

    [Fact]
    public async Task It_is_refused_with_what_would_be_taken_and_nothing_of_it_is_applied()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument())));
        await fed.App.RecordAsync(RealNotices.China2024No46);
        await fed.App.RecordAsync(RealNotices.China2025No72);
        await fed.App.RecordAsync(RealNotices.China2023No23);
        var path = $"/drafts/{(await fed.DraftsAsync(1)).Single()["id"]}";
        var good = (await fed.App.GetAsync(path))["notice"]!;
        var before = (await fed.App.GetAsync("/timeline")).ToJsonString();
        var wrong = new List<string>();
        foreach (var (patch, pointer, says) in Cases)
        {
            (await fed.SendAsync(HttpMethod.Patch, path, good.ToJsonString(), "*")).Status.ShouldBe(HttpStatusCode.OK);
            var (edited, draft, _) = await fed.SendAsync(HttpMethod.Patch, path, patch, "*");
            edited.ShouldBe(HttpStatusCode.OK, draft.ToString());
            var (status, problem, _) = await fed.SendAsync(HttpMethod.Post, path + "/confirm");
            var reason = (string?)problem["errors"]?[pointer]?[0];
            if (status is not HttpStatusCode.UnprocessableEntity || reason?.Contains(says, StringComparison.Ordinal) is not true) wrong.Add($"{patch}: {pointer} {says}, was {(int)status} {problem["errors"]}");
        }
        wrong.ShouldBeEmpty(string.Join('\n', wrong));
        (await fed.App.GetAsync("/timeline")).ToJsonString().ShouldBe(before);
        (await fed.App.NoticesAsync()).ShouldBe(3);
        ((string?)(await fed.App.GetAsync(path))["state"]).ShouldBe("pending");

        (await fed.SendAsync(HttpMethod.Patch, path, good.ToJsonString(), "*")).Status.ShouldBe(HttpStatusCode.OK);
        (await fed.SendAsync(HttpMethod.Post, path + "/confirm")).Status.ShouldBe(HttpStatusCode.Created); // every refusal was for its change alone
    }

    [Fact]
    public async Task A_number_that_another_open_draft_has_is_refused_with_that_drafts_id()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument(), Samples.FederalDocument("2026-10002"))));
        var drafts = await fed.DraftsAsync(2);
        var other = drafts.Single(d => (string?)d["notice"]!["documentNumber"] == "2026-10001");
        var path = $"/drafts/{drafts.Single(d => d != other)["id"]}";
        var (status, problem, _) = await fed.SendAsync(HttpMethod.Patch, path, """{"documentNumber": "FR 2026-10001"}""", "*");
        status.ShouldBe(HttpStatusCode.Conflict);
        ((string?)problem["detail"]).ShouldNotBeNull().ShouldStartWith($"/documentNumber: draft {other["id"]} is of USA 2026-10001 and open");
        ((string?)(await fed.App.GetAsync(path))["notice"]!["documentNumber"]).ShouldBe("2026-10002");
    }

    [Fact]
    public async Task What_is_decided_says_where_to_go_on()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument(), Samples.FederalDocument("2026-10002"))));
        var paths = (await fed.DraftsAsync(2)).Select(d => $"/drafts/{d["id"]}").ToList();
        var notice = (await fed.SendAsync(HttpMethod.Post, paths[0] + "/confirm")).Body;
        (await fed.SendAsync(HttpMethod.Post, paths[1] + "/reject", """{"reason": "no"}""")).Status.ShouldBe(HttpStatusCode.OK);

        ((string?)(await fed.SendAsync(HttpMethod.Post, paths[0] + "/reject", """{"reason": "no"}""")).Body["detail"]).ShouldNotBeNull().ShouldContain($"by PUT /notices/{notice["id"]}");
        ((string?)(await fed.SendAsync(HttpMethod.Post, paths[1] + "/confirm")).Body["detail"]).ShouldNotBeNull().ShouldContain("by POST /notices");
        ((string?)(await fed.SendAsync(HttpMethod.Post, paths[0] + "/reject", "{}")).Body["errors"]!["/reason"]![0]).ShouldBe("Is needed: 1 to 1000 characters.");
    }

    private static string Acting(string action, string number, string clause, string from, string? until = null) => new JsonObject
    {
        ["actions"] = new JsonArray(new JsonObject
        {
            ["action"] = action, ["target"] = new JsonObject { ["issuer"] = "CHN", ["documentNumber"] = number, ["clause"] = clause }, ["from"] = from, ["until"] = until,
        }),
    }.ToJsonString();

    private static string Clause(string member, string value)
    {
        var clause = JsonNode.Parse("""{"number": "1", "measure": "licensing", "minerals": ["tungsten"], "effectiveFrom": "2026-10-15"}""")!;
        clause[member] = JsonNode.Parse(value);
        return new JsonObject { ["clauses"] = new JsonArray(clause) }.ToJsonString();
    }
}
