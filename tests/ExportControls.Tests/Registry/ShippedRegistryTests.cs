using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ExportControls.Registry;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Tests.Registry;

public class ShippedRegistryTests(ServersFixture servers)
{
    private static readonly DateTimeOffset Now = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly (string, string) Shipped = ("Registry:BuiltIn", "true");

    [Fact]
    public void Every_shipped_notice_would_be_accepted_from_a_client()
    {
        using var stream = typeof(ShippedRegistry).Assembly.GetManifestResourceStream("registry.notices.json")!;
        var file = JsonSerializer.Deserialize<RegistryFile>(stream, EventJson.Strict)!;
        var validator = new NoticeRequestValidator();
        foreach (var notice in file.Notices!)
            validator.Validate(notice).Errors.ShouldBeEmpty(notice.DocumentNumber);
        file.Notices.Count.ShouldBeGreaterThan(50);
        file.Notices.ShouldAllBe(n => n.Sources!.Count > 0 || n.Notes != null);
        foreach (var target in file.Notices.SelectMany(n => n.Actions ?? []).Select(a => a.Target!))
            file.Notices.ShouldContain(n => n.Issuer == target.Issuer && n.DocumentNumber == target.DocumentNumber
                && (target.Clause == null || n.Clauses!.Any(c => c.Number == target.Clause)));
    }

    [Fact]
    public async Task It_is_loaded_once_and_every_event_of_it_is_silent()
    {
        await using var app = await LoadedAsync();
        await using var tap = await app.TapAsync();
        var clauses = await app.WithDbAsync(db => db.Clauses.SumAsync(c => (int)c.Version));
        (await tap.TakeAsync(clauses)).ShouldAllBe(e => e.Silent);

        await using var again = await app.StartAnotherAsync(Now);
        ((string?)(await again.GetAsync("/registry"))["asOf"]).ShouldBe("2026-07-03");
        (await again.PostAsync(RealNotices.ChinaToEurope)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await tap.TakeAsync(1)).Single().Silent.ShouldBeFalse(); // the next event of all is the operator's
    }

    [Fact]
    public async Task What_an_operator_corrected_or_posted_is_never_overwritten()
    {
        await using var app = await LoadedAsync();
        var id = (string)(await app.ItemsAsync("/notices?issuer=CHN&mineral=tungsten&measure=licensing")).Single()["id"]!;
        var shipped = await app.GetAsync($"/notices/{id}");
        ((bool?)shipped["isShipped"]).ShouldBe(true);
        var etag = (await app.Http.GetAsync($"/api/controls/notices/{id}")).Headers.ETag!.ToString();
        const string Corrected = """
            { "issuer": "CHN", "documentNumber": "2025-10", "title": "Corrected", "announcedOn": "2025-02-04", "confidence": "confirmed",
              "clauses": [{ "number": "1", "measure": "quota", "minerals": ["tungsten"], "effectiveFrom": "2025-02-04" }] }
            """;
        (await app.PutAsync(id, Corrected, etag)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await app.PostAsync(RealNotices.China2023No23)).StatusCode.ShouldBe(HttpStatusCode.Created); // takes the shipped one's place
        (await app.PostAsync(RealNotices.China2023No23)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await app.WithDbAsync(db => db.Editions.ExecuteDeleteAsync()); // as if another edition shipped

        await using var again = await app.StartAnotherAsync(Now);
        await Eventually.IsTrueAsync(async () => (string?)(await again.GetAsync("/registry"))["asOf"] is not null);

        ((string?)(await again.GetAsync($"/notices/{id}"))["title"]).ShouldBe("Corrected");
        var registry = await again.GetAsync("/registry");
        ((int?)registry["operatorNotices"], (int?)registry["shippedNotices"]).ShouldBe((2, 52));
    }

    /// <summary>API.md's own example: it suspends its clause itself, as the shipped 2025-72 does.</summary>
    [Fact]
    public async Task A_notice_posted_under_a_shipped_number_takes_its_place_and_what_ships_gives_way()
    {
        await using var app = await LoadedAsync();
        var example = JsonNode.Parse(RealNotices.China2024No46)!;
        example["clauses"]!.AsArray().RemoveAt(0);
        example["actions"] = JsonNode.Parse("""
            [{ "action": "suspend", "target": {"issuer": "CHN", "documentNumber": "2024-46", "clause": "2"}, "from": "2025-11-09", "until": "2026-11-27" }]
            """);
        (await app.PostAsync(example.ToJsonString())).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await app.PostAsync(example.ToJsonString())).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await On("2026-11-27")).ShouldBe("suspended 2025-11-09 notice");
        (await On("2026-11-28")).ShouldBe("in_force 2026-11-28 schedule");

        // Another suspension than the shipped one's: the operator's counts, by both ways of asking.
        var shorter = """
            { "issuer": "CHN", "documentNumber": "own-1", "title": "As the operator read it", "announcedOn": "2025-11-09", "confidence": "confirmed",
              "actions": [{ "action": "suspend", "target": {"issuer": "CHN", "documentNumber": "2024-46", "clause": "2"}, "from": "2025-11-09", "until": "2026-05-31" }] }
            """;
        (await app.PostAsync(shorter)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity); // overlaps the operator's own
        example["actions"] = new JsonArray();
        var id = (string)(await app.ItemsAsync("/notices?issuer=CHN&mineral=gallium&destination=USA&measure=prohibition"))
            .Single(n => (string?)n["documentNumber"] == "2024-46")["id"]!;
        var etag = (await app.Http.GetAsync($"/api/controls/notices/{id}")).Headers.ETag!.ToString();
        (await app.PutAsync(id, example.ToJsonString(), etag)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await On("2026-11-27")).ShouldBe("suspended 2025-11-09 notice"); // by the shipped 2025-72 again
        (await app.PostAsync(shorter)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await On("2026-05-31")).ShouldBe("suspended 2025-11-09 notice");
        (await On("2026-06-01")).ShouldBe("in_force 2026-06-01 schedule");
        (await On("2026-06-01&knownOn=2199-01-01")).ShouldBe("in_force 2026-06-01 schedule");

        async Task<string> On(string day)
        {
            var clause = (await app.ItemsAsync($"/active?destination=USA&mineral=gallium&on={day}"))
                .Single(c => (string?)c["documentNumber"] == "2024-46" && (string?)c["clause"] == "2");
            return $"{clause["status"]} {clause["stateSince"]} {clause["basis"]}";
        }
    }

    [Fact]
    public async Task A_newer_edition_is_imported_whole_or_not_at_all_silently_and_leaves_what_operators_wrote()
    {
        await using var app = await LoadedAsync();
        await using var tap = await app.TapAsync();
        await tap.TakeAsync(await app.WithDbAsync(db => db.Clauses.SumAsync(c => (int)c.Version)));
        (await app.PostAsync(RealNotices.China2023No23)).StatusCode.ShouldBe(HttpStatusCode.Created);
        await tap.TakeAsync(1);
        const string Edition = """
            { "asOf": "2026-08-01", "notices": [
              { "issuer": "CHN", "documentNumber": "2025-10", "title": "A later reading", "announcedOn": "2025-02-04", "confidence": "confirmed",
                "clauses": [{ "number": "1", "measure": "quota", "minerals": ["tungsten"], "effectiveFrom": "2025-02-04" }] },
              { "issuer": "CHN", "documentNumber": "2023-23", "title": "Not the operator's", "announcedOn": "2023-07-03", "confidence": "confirmed",
                "clauses": [{ "number": "1", "measure": "tax", "minerals": ["gallium"], "effectiveFrom": "2023-08-01" }] },
              { "issuer": "CHN", "documentNumber": "2026-40", "title": "New", "announcedOn": "2026-07-20", "confidence": "confirmed",
                "clauses": [{ "number": "1", "measure": "licensing", "minerals": ["REPLACED"], "effectiveFrom": "2026-08-01" }] }] }
            """;

        var bad = await ImportAsync("unobtainium");
        bad.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        JsonNode.Parse(await bad.Content.ReadAsStringAsync())!["errors"]!["/notices/2/clauses/0/minerals/0"].ShouldNotBeNull();
        (await app.ItemsAsync("/active?mineral=tungsten&issuer=CHN&measure=quota")).ShouldBeEmpty();

        var good = await ImportAsync("magnesium");
        good.StatusCode.ShouldBe(HttpStatusCode.OK, await good.Content.ReadAsStringAsync());
        var settled = JsonNode.Parse(await good.Content.ReadAsStringAsync())!;
        ((int?)settled["added"], (int?)settled["updated"], (int?)settled["kept"]).ShouldBe((1, 1, 1));
        ((string?)(await app.GetAsync("/registry"))["asOf"]).ShouldBe("2026-08-01");
        (await app.ItemsAsync("/active?mineral=tungsten&issuer=CHN&measure=quota")).Count.ShouldBe(1);
        ((string?)(await app.ItemsAsync("/active?mineral=gallium&issuer=CHN")).First(c => (string?)c["documentNumber"] == "2023-23")["measure"]).ShouldBe("licensing");
        (await tap.TakeAsync(2)).ShouldAllBe(e => e.Silent);
        await tap.IsSilentAsync(app);

        await using var again = await app.StartAnotherAsync(Now); // the edition that ships with this version is the older one
        ((string?)(await again.GetAsync("/registry"))["asOf"]).ShouldBe("2026-08-01");
        (await again.ItemsAsync("/active?mineral=tungsten&issuer=CHN&measure=quota")).Count.ShouldBe(1);

        Task<HttpResponseMessage> ImportAsync(string mineral) => app.Http.PostAsync("/api/controls/registry",
            new StringContent(Edition.Replace("REPLACED", mineral, StringComparison.Ordinal), Encoding.UTF8, "application/json"));
    }

    [Fact]
    public async Task A_shipped_schedule_goes_on_by_the_clock_and_that_is_news()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2025, 11, 1, 0, 0, 0, TimeSpan.Zero), Shipped);
        await Eventually.IsTrueAsync(async () => (string?)(await app.GetAsync("/registry"))["asOf"] is not null, TimeSpan.FromSeconds(60));
        await using var tap = await app.TapAsync();
        await tap.TakeAsync(await app.WithDbAsync(db => db.Clauses.SumAsync(c => (int)c.Version)));

        app.Time.MoveTo(new DateTimeOffset(2025, 11, 8, 17, 0, 0, TimeSpan.Zero)); // 9 November in Shanghai

        var changes = await tap.TakeAsync(8);
        changes.ShouldAllBe(e => !e.Silent);
        changes.Single(e => e.DocumentNumber == "2024-46").Status.ShouldBe(ControlStatus.Suspended);
    }

    private async Task<ControlsApp> LoadedAsync()
    {
        var app = await ControlsApp.StartAsync(servers, Now, Shipped);
        await Eventually.IsTrueAsync(async () => (string?)(await app.GetAsync("/registry"))["asOf"] is not null, TimeSpan.FromSeconds(60));
        return app;
    }
}
