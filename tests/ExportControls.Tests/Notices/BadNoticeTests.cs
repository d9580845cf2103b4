using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;

namespace Chokepoint.ExportControls.Tests.Notices;

/// <summary>Each bad notice is refused with the pointer of what is bad in it, and nothing of it is stored.</summary>
public partial class BadNoticeTests(ServersFixture servers)
{
    /// <summary>Pointer expected, and the change to a good notice that makes it bad: a pointer and the JSON put there.</summary>
    private static readonly (string Expected, string At, string Json)[] Cases =
    [
        ("/issuer", "/issuer", "\"ZZZ\""),
        ("/issuer", "/issuer", "null"),
        ("/documentNumber", "/documentNumber", "\"\""),
        ("/documentNumber", "/documentNumber", $"\"{new string('x', 101)}\""),
        ("/title", "/title", "\" padded\""),
        ("/title", "/title", $"\"{new string('x', 1001)}\""),
        ("/language", "/language", "\"not a language\""),
        ("/announcedOn", "/announcedOn", "null"),
        ("/announcedOn", "/announcedOn", "\"2024-02-30\""),
        ("/announcedOn", "/announcedOn", "\"0999-01-01\""),
        ("/confidence", "/confidence", "\"maybe\""),
        ("/confidence", "/confidence", "7"),
        ("/sources/0/url", "/sources/0/url", "\"ftp://example.org/x\""),
        ("/sources/0/kind", "/sources/0/kind", "\"tertiary\""),
        ("/sources/0", "/sources/0", "null"),
        ("/surprise", "/surprise", "1"),
        ("/clauses", "/clauses", "[]"),
        ("/clauses/0", "/clauses/0", "null"),
        ("/clauses/1/number", "/clauses/1/number", "\"1\""),
        ("/clauses/0/measure", "/clauses/0/measure", "\"embargo\""),
        ("/clauses/0/measure", "/clauses/0/measure", "null"),
        ("/clauses/0/minerals/1", "/clauses/0/minerals", """["gallium", "unobtainium"]"""),
        ("/clauses/0/surprise", "/clauses/0/surprise", "1"),
        ("/clauses/1/minerals", "/clauses/1", """{"number": "2", "measure": "licensing", "effectiveFrom": "2024-12-03"}"""),
        ("/clauses/1/minerals", "/clauses/1", """{"number": "2", "measure": "licensing", "minerals": [], "items": [{"controlCode": null, "hsCodes": [], "description": " "}], "effectiveFrom": "2024-12-03"}"""),
        ("/clauses/0/destinations/0", "/clauses/0/destinations", """["Japan"]"""),
        ("/clauses/0/destinations", "/clauses/0/destinations", "[]"),
        ("/clauses/0/excludedDestinations/0", "/clauses/0/excludedDestinations", """["USA"]"""),
        ("/clauses/0/endUse", "/clauses/0/endUse", "\"decorative\""),
        ("/clauses/0/effectiveFrom", "/clauses/0/effectiveFrom", "null"),
        ("/clauses/0/effectiveFrom", "/clauses/0/effectiveFrom", "\"2024-12-02\""),
        ("/clauses/0/effectiveUntil", "/clauses/0/effectiveUntil", "\"2024-12-02\""),
        ("/clauses/0/stages/0", "/clauses/0/stages", """["smelting"]"""),
        ("/clauses/0/items/0/hsCodes/0", "/clauses/0/items/0/hsCodes", """["8112.92"]"""),
        ("/clauses/0/items/0/hsCodes/0", "/clauses/0/items/0/hsCodes", """["770100"]"""),
        ("/clauses/0/items/0/hsCodes/0", "/clauses/0/items/0/hsCodes", """["8112"]"""),
        ("/clauses/0/items/0/hsCodes/0", "/clauses/0/items/0/hsCodes", """["854140"]"""), // of HS 2017: photosensitive semiconductor devices
        ("/clauses/0/items/0/hsCodes/0", "/clauses/0/items/0/hsCodes", """["8112900010"]"""),
        ("/clauses/0/extraterritorial/minimumContentPercent", "/clauses/0/extraterritorial", """{"minimumContentPercent": 101}"""),
        ("/clauses/0/extraterritorial", "/clauses/0/extraterritorial", """{"technology": false}"""),
        ("/clauses/1/quota/periods/0/until", "/clauses/1/quota", """{"volume": 1, "unit": "t", "periods": [{"from": "2025-02-01", "until": "2025-01-01", "volume": 1}]}"""),
        ("/clauses/1/quota/periods/0/from", "/clauses/1/quota", """{"volume": 1, "unit": "t", "periods": [{"from": "2024-01-01", "until": "2025-01-01", "volume": 1}]}"""),
        ("/clauses/1/quota/volume", "/clauses/1/quota", """{"volume": 1e400, "unit": "t"}"""),
        ("/clauses/1/quota/baseline", "/clauses/1/quota", """{"volume": 1, "baseline": 1e400, "unit": "t"}"""),
        ("/clauses/1/quota/periods/0/volume", "/clauses/1/quota", """{"volume": 1, "unit": "t", "periods": [{"from": "2025-01-01", "until": "2025-01-31", "volume": 1e400}]}"""),
        ("/clauses/1/quota/periods/0/volume", "/clauses/1/quota", """{"volume": 1, "unit": "t", "periods": [{"from": "2025-01-01", "until": "2025-01-31", "volume": -1}]}"""),
        ("/clauses/1/quota/periods/1/from", "/clauses/1/quota", """
            {"volume": 1, "unit": "t", "periods": [
                {"from": "2025-01-01", "until": "2025-01-31", "volume": 1}, {"from": "2025-01-31", "until": "2025-02-28", "volume": 1}]}
            """),
        ("/clauses/0/quota", "/clauses/0/quota", """{"volume": 1, "baseline": 2, "unit": "t"}"""),
        ("/clauses/1/quota/baseline", "/clauses/1/quota", """{"volume": 1, "baseline": 0, "unit": "t"}"""),
        ("/clauses/1/quota/unit", "/clauses/1/quota", """{"volume": 1, "baseline": 2, "unit": ""}"""),
        ("/actions/0/action", "/actions/0/action", "\"pause\""),
        ("/actions/0/target", "/actions/0/target", "null"),
        ("/actions/0/target/issuer", "/actions/0/target/issuer", "\"Atlantis\""),
        ("/actions/0/target/documentNumber", "/actions/0/target/documentNumber", "\"1999-1\""),
        ("/actions/0/target/clause", "/actions/0/target/clause", "\"9\""),
        ("/actions/0/from", "/actions/0/from", "\"2024-12-02\""),
        ("/actions/0/until", "/actions/0/until", "\"2024-12-03\""),
        ("/actions/0/until", "/actions/0/action", "\"repeal\""),
        ("/actions/0/from", "/actions/0", """{"action": "resume", "target": {"issuer": "CHN", "documentNumber": "2023-23", "clause": "1"}, "from": "2024-12-04"}"""),
        ("/actions/0/target", "/actions/0", """{"action": "extend", "target": {"issuer": "CHN", "documentNumber": "2023-23", "clause": "1"}, "from": "2024-12-04", "until": "2026-01-01"}"""),
        ("/actions/1/from", "/actions/1", """{"action": "suspend", "target": {"issuer": "CHN", "documentNumber": "2023-23", "clause": "1"}, "from": "2024-12-20", "until": null}"""),
        ("/actions/0/target", "/actions/0", """{"action": "amend", "target": {"issuer": "CHN", "documentNumber": "2024-900", "clause": "1"}, "from": "2024-12-04"}"""),
    ];

    private const string Good = """
        { "issuer": "CHN", "documentNumber": "2024-900", "title": "Made up", "language": "zh", "announcedOn": "2024-12-03",
          "sources": [{"url": "https://example.org/900", "kind": "primary"}], "confidence": "confirmed",
          "clauses": [
            { "number": "1", "measure": "prohibition", "minerals": ["gallium"],
              "items": [{"controlCode": null, "hsCodes": ["811292"], "description": "gallium"}],
              "destinations": ["USA"], "excludedDestinations": [], "effectiveFrom": "2024-12-03" },
            { "number": "2", "measure": "quota", "minerals": ["cobalt"], "effectiveFrom": "2024-12-03" }],
          "actions": [
            {"action": "suspend", "target": {"issuer": "CHN", "documentNumber": "2023-23", "clause": "1"}, "from": "2024-12-04", "until": "2024-12-31"}] }
        """;

    [Fact]
    public async Task Every_fault_is_named_by_its_pointer_and_nothing_is_stored()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        await app.RecordAsync(RealNotices.China2023No23);
        var wrong = new List<string>();
        foreach (var (expected, at, json) in Cases)
        {
            var answer = await app.PostAsync(With(at, json));
            var body = await answer.Content.ReadAsStringAsync();
            var named = answer.StatusCode is HttpStatusCode.UnprocessableEntity && JsonNode.Parse(body)!["errors"]?[expected] is not null;
            if (!named) wrong.Add($"{at} = {json}: expected 422 at {expected}, was {(int)answer.StatusCode} {body}");
            else if (!SaysWhatToDo().IsMatch((string)JsonNode.Parse(body)!["errors"]![expected]![0]!)) wrong.Add($"{at} = {json}: {body} does not say what would be taken");
        }

        wrong.ShouldBeEmpty(string.Join('\n', wrong));
        (await app.NoticesAsync()).ShouldBe(1);
        (await app.PostAsync(Good)).StatusCode.ShouldBe(HttpStatusCode.Created); // so every refusal above was for its change alone
    }

    [Fact]
    public async Task What_is_no_JSON_is_400_and_what_is_too_large_413()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        (await app.PostAsync("{\"issuer\": \"CHN\",")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await app.PostAsync("issuer=CHN")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await app.NoticesAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task An_action_before_its_target_was_announced_is_refused()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        await app.RecordAsync(RealNotices.China2024No46);
        var answer = await app.PostAsync("""
            { "issuer": "CHN", "documentNumber": "early", "title": "Too early", "announcedOn": "2024-01-01", "confidence": "confirmed",
              "actions": [{"action": "repeal", "target": {"issuer": "CHN", "documentNumber": "2024-46", "clause": "2"}, "from": "2024-06-01"}] }
            """);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]!["/actions/0/from"].ShouldNotBeNull();
    }

    /// <summary>Whichever of two actions that do not go together comes second is refused, so that the order makes no difference.</summary>
    [Theory]
    [InlineData("suspend 2025-01-01 2025-03-31", "suspend 2025-03-31 2025-06-30")]
    [InlineData("suspend 2025-01-01 2025-03-31", "suspend 2025-02-01 2025-02-28")]
    [InlineData("suspend 2025-01-01 2025-03-31; suspend 2025-05-01 2025-06-30", "extend 2025-03-20 2025-05-15")]
    [InlineData("suspend 2025-01-01 2025-03-31; extend 2025-03-20 2025-05-15", "suspend 2025-05-01 2025-06-30")]
    [InlineData("suspend 2025-01-01 2025-03-31; resume 2025-02-01", "resume 2025-02-15")]
    [InlineData("suspend 2025-01-01 2025-03-31; resume 2025-02-15", "resume 2025-02-01")]
    public async Task What_does_not_go_with_a_recorded_action_is_refused_with_the_reason(string recorded, string refused)
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await app.RecordAsync(RealNotices.China2023No23);
        foreach (var action in recorded.Split("; ")) await app.RecordAsync(Acting(action));
        var before = (await app.GetAsync("/timeline?mineral=gallium")).ToJsonString();

        var answer = await app.PostAsync(Acting(refused));

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]!["/actions/0/from"].ShouldNotBeNull();
        (await app.GetAsync("/timeline?mineral=gallium")).ToJsonString().ShouldBe(before);

        static string Acting(string action)
        {
            var words = action.Split(' ');
            var until = words.Length > 2 ? $"\"{words[2]}\"" : "null";
            return $$"""
                { "issuer": "CHN", "documentNumber": "{{action}}", "title": "Acts", "announcedOn": "2025-01-01", "confidence": "confirmed",
                  "actions": [{"action": "{{words[0]}}", "target": {"issuer": "CHN", "documentNumber": "2023-23", "clause": "1"}, "from": "{{words[1]}}", "until": {{until}}}] }
                """;
        }
    }

    [Fact]
    public async Task A_correction_that_leaves_anothers_action_without_sense_is_refused()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        const string Limited = """
            { "issuer": "COD", "documentNumber": "l", "title": "Limited", "announcedOn": "2025-02-22", "confidence": "confirmed",
              "clauses": [{ "number": "1", "measure": "suspension", "minerals": ["cobalt"], "effectiveFrom": "2025-02-22", "effectiveUntil": "2025-06-21" }] }
            """;
        var limited = await app.RecordAsync(Limited);
        await app.RecordAsync("""
            { "issuer": "COD", "documentNumber": "x", "title": "Extension", "announcedOn": "2025-06-21", "confidence": "confirmed",
              "actions": [{"action": "extend", "target": {"issuer": "COD", "documentNumber": "l", "clause": "1"}, "from": "2025-06-22", "until": "2025-09-21"}] }
            """);
        var etag = (await app.Http.GetAsync($"/api/controls/notices/{limited["id"]}")).Headers.ETag!.ToString();

        var answer = await app.PutAsync((string)limited["id"]!, Limited.Replace("2025-06-21", "2025-12-31", StringComparison.Ordinal), etag);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]!["/clauses/0"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Amendments_in_a_circle_are_refused()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var first = await app.RecordAsync(Amending("a", null));
        await app.RecordAsync(Amending("b", "a"));
        await app.RecordAsync(Amending("c", "b"));
        var etag = (await app.Http.GetAsync($"/api/controls/notices/{first["id"]}")).Headers.ETag!.ToString();

        var answer = await app.PutAsync((string)first["id"]!, Amending("a", "c"), etag);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]!["/actions/0/target"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("/active?destination=Germany", "/destination")]
    [InlineData("/active?mineral=unobtainium", "/mineral")]
    [InlineData("/active?status=InForce", "/status")]
    [InlineData("/notices?measure=embargo", "/measure")]
    [InlineData("/notices?issuer=XXX", "/issuer")]
    [InlineData("/upcoming?days=0", "/days")]
    [InlineData("/timeline?mineral=%20", "/mineral")]
    public async Task A_question_with_an_unknown_name_in_it_is_refused(string path, string expected)
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var answer = await app.Http.GetAsync("/api/controls" + path);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]![expected].ShouldNotBeNull();
    }

    /// <summary>The words by which a refusal tells what would be taken in place of what was given.</summary>
    [GeneratedRegex(@"\b[Gg]ive |\b[Mm]ust be |\bIs needed: |\bIs longer than \d|\b[Nn]ame |\bneeds its own|\btake it out|\bIs not a member that is known here", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SaysWhatToDo();

    private static string Amending(string number, string? target) => $$"""
        { "issuer": "CHN", "documentNumber": "{{number}}", "title": "{{number}}", "announcedOn": "2024-01-01", "confidence": "confirmed",
          "clauses": [{ "number": "1", "measure": "licensing", "minerals": ["tungsten"], "effectiveFrom": "2024-02-01" }],
          "actions": [{{(target is null ? "" : $$"""{"action": "amend", "target": {"issuer": "CHN", "documentNumber": "{{target}}", "clause": "1"}, "from": "2024-03-01"}""")}}] }
        """;

    private static string With(string pointer, string json)
    {
        var notice = JsonNode.Parse(Good)!;
        var path = pointer.Split('/')[1..];
        if (pointer is "/clauses" or "/clauses/0" or "/actions/0" or "/actions/1") notice["documentNumber"] = "2024-900";
        if (pointer == "/clauses") notice["actions"] = new JsonArray();
        var parent = notice;
        foreach (var segment in path[..^1]) parent = parent is JsonArray array ? array[int.Parse(segment, null)]! : parent[segment]!;
        var value = JsonNode.Parse(json);
        if (parent is not JsonArray list) parent[path[^1]] = value;
        else if (int.Parse(path[^1], null) < list.Count) list[int.Parse(path[^1], null)] = value;
        else list.Add(value);
        return notice.ToJsonString();
    }
}
