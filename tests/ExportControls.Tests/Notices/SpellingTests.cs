using System.Net;
using System.Text.Json.Nodes;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;

namespace Chokepoint.ExportControls.Tests.Notices;

/// <summary>A notice is known however its number is spelled.</summary>
public class SpellingTests(ServersFixture servers)
{
    private static readonly string[] Spellings =
        ["2024-46", "MOFCOM Announcement No. 46 of 2024", "商务部公告2024年第46号", "商务部 海关总署公告2024年第46号"];

    [Fact]
    public async Task From_another_source_in_another_spelling_it_is_one_notice_with_both_sources_and_the_better_confidence()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var first = await app.RecordAsync(Told("商务部公告2024年第46号", "https://example.org/rumour", "secondary"));
        foreach (var (i, spelling) in Spellings.Index())
        {
            var answer = await app.PostAsync(Told(spelling, $"https://www.mofcom.gov.cn/{i}", "primary"));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, spelling);
            var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            ((string?)body["id"]).ShouldBe((string?)first["id"]);
            ((string?)body["documentNumber"]).ShouldBe("商务部公告2024年第46号");
            ((string?)body["confidence"]).ShouldBe("confirmed");
            body["sources"]!.AsArray().Count.ShouldBe(i + 2);
        }
        (await app.NoticesAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task In_every_spelling_at_once_it_is_created_once()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var answers = await Task.WhenAll(Spellings.SelectMany(s => new[] { s, s, s, s }).Select(s => app.PostAsync(Told(s, "https://example.org/1", "primary"))));
        answers.Count(a => a.StatusCode is HttpStatusCode.Created).ShouldBe(1);
        answers.Count(a => a.StatusCode is HttpStatusCode.OK).ShouldBe(15);
        (await app.NoticesAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task It_is_found_and_acted_on_by_any_spelling()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var id = (string)(await app.RecordAsync(RealNotices.China2024No46))["id"]!;
        await app.RecordAsync(RealNotices.China2025No72.Replace("2024-46", "MOFCOM Announcement No. 46 of 2024", StringComparison.Ordinal));

        foreach (var spelling in Spellings)
        {
            foreach (var known in new[] { "", "&knownOn=2025-06-01" })
                (await app.ItemsAsync($"/notices?issuer=CHN&documentNumber={Uri.EscapeDataString(spelling)}{known}")).Select(n => (string?)n["id"]).ShouldBe([id], spelling);
        }
        (await app.ItemsAsync("/notices?issuer=CHN&documentNumber=2024-47")).ShouldBeEmpty();
        (await app.ItemsAsync("/notices?issuer=USA&documentNumber=2024-46")).ShouldBeEmpty();
        (await app.ItemsAsync("/active?status=suspended")).Select(c => $"{c["documentNumber"]}/{c["clause"]}").ShouldBe(["2024-46/2"]);
        (await app.ItemsAsync("/active?status=suspended&knownOn=2025-12-01")).Select(c => $"{c["documentNumber"]}/{c["clause"]}").ShouldBe(["2024-46/2"]);
        var bare = await app.Http.GetAsync("/api/controls/notices?documentNumber=2024-46");
        bare.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_correction_may_spell_the_number_as_it_likes_but_name_no_other()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var id = (string)(await app.RecordAsync(RealNotices.China2024No46))["id"]!;

        var corrected = await app.PutAsync(id, RealNotices.China2024No46.Replace("2024-46\"", "商务部公告2024年第46号\"", StringComparison.Ordinal), await EtagAsync(app, id));
        corrected.StatusCode.ShouldBe(HttpStatusCode.OK, await corrected.Content.ReadAsStringAsync());
        ((string?)JsonNode.Parse(await corrected.Content.ReadAsStringAsync())!["documentNumber"]).ShouldBe("2024-46");
        var other = await app.PutAsync(id, RealNotices.China2024No46.Replace("2024-46\"", "海关总署公告2024年第46号\"", StringComparison.Ordinal), await EtagAsync(app, id));
        other.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task The_customs_announcement_of_the_same_number_is_another_notice()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var ministry = await app.RecordAsync(RealNotices.China2024No46);
        var customs = await app.RecordAsync(RealNotices.China2024No46.Replace("2024-46\"", "海关总署公告2024年第46号\"", StringComparison.Ordinal)
            .Replace("MOFCOM", "GACC", StringComparison.Ordinal));
        ((string?)customs["id"]).ShouldNotBe((string?)ministry["id"]);
        (await app.ItemsAsync("/notices?issuer=CHN&documentNumber=" + Uri.EscapeDataString("GACC 2024-46"))).Select(n => (string?)n["id"]).ShouldBe([(string?)customs["id"]]);
        (await app.ItemsAsync("/notices?issuer=CHN&documentNumber=2024-46")).Select(n => (string?)n["id"]).ShouldBe([(string?)ministry["id"]]);
    }

    [Fact]
    public async Task A_bare_number_of_another_body_is_not_taken_for_the_one_that_is_here()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        await app.RecordAsync(RealNotices.China2024No46);
        var answer = await app.PostAsync(RealNotices.China2024No46.Replace("\"MOFCOM\"", "\"GACC\"", StringComparison.Ordinal));
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("write its series too: GACC 2024-46");
        (await app.NoticesAsync()).ShouldBe(1);
    }

    private static string Told(string number, string url, string kind)
    {
        var notice = JsonNode.Parse(RealNotices.China2024No46)!;
        notice["documentNumber"] = number;
        notice["confidence"] = null;
        notice["sources"] = new JsonArray(new JsonObject { ["url"] = url, ["kind"] = kind });
        return notice.ToJsonString();
    }

    private static async Task<string> EtagAsync(ControlsApp app, string id) =>
        (await app.Http.GetAsync($"/api/controls/notices/{id}")).Headers.ETag!.ToString();
}
