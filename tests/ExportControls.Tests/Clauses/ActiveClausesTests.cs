using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;

namespace Chokepoint.ExportControls.Tests.Clauses;

public class ActiveClausesTests(ServersFixture servers)
{
    private static readonly string[] All =
    [
        RealNotices.China2023No23, RealNotices.China2024No46, RealNotices.China2025No57, RealNotices.China2025No70,
        RealNotices.China2025No72, RealNotices.EuropeToRussia, RealNotices.ChinaToEurope,
    ];

    [Fact]
    public async Task Answers_for_any_day_and_destination_what_stands_then()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
        foreach (var notice in All) await app.RecordAsync(notice);

        (string Query, string[] Expected)[] cases =
        [
            ("destination=USA&mineral=gallium&on=2023-07-02", []),
            ("destination=USA&mineral=gallium&on=2023-07-31", ["2023-23/1 announced 2023-07-03 notice"]),
            ("destination=USA&mineral=gallium&on=2023-08-01", ["2023-23/1 in_force 2023-08-01 notice"]),
            ("destination=USA&mineral=gallium&on=2025-11-08",
                ["2023-23/1 in_force 2023-08-01 notice", "2024-46/1 in_force 2024-12-03 notice", "2024-46/2 in_force 2024-12-03 notice"]),
            ("destination=USA&mineral=gallium&on=2025-11-09",
                ["2023-23/1 in_force 2023-08-01 notice", "2024-46/1 in_force 2024-12-03 notice", "2024-46/2 suspended 2025-11-09 notice"]),
            ("destination=USA&mineral=gallium&on=2026-11-27",
                ["2023-23/1 in_force 2023-08-01 notice", "2024-46/1 in_force 2024-12-03 notice", "2024-46/2 suspended 2025-11-09 notice"]),
            ("destination=USA&mineral=gallium&on=2026-11-28",
                ["2023-23/1 in_force 2023-08-01 notice", "2024-46/1 in_force 2024-12-03 notice", "2024-46/2 in_force 2026-11-28 schedule"]),
            ("destination=USA&mineral=&on=2025-11-09&status=suspended&issuer=&measure=", ["2024-46/2 suspended 2025-11-09 notice"]),
            ("destination=USA&mineral=gallium&on=2026-11-27&status=in_force",
                ["2023-23/1 in_force 2023-08-01 notice", "2024-46/1 in_force 2024-12-03 notice"]),
            ("destination=USA&mineral=gallium", // today, 23 November 2026
                ["2023-23/1 in_force 2023-08-01 notice", "2024-46/1 in_force 2024-12-03 notice", "2024-46/2 suspended 2025-11-09 notice"]),
            ("destination=JPN&mineral=gallium&on=2026-11-28", ["2023-23/1 in_force 2023-08-01 notice"]),
            ("destination=CHN&mineral=gallium&on=2026-11-28", []),
            ("destination=KOR&mineral=holmium&on=2025-11-06", ["2025-57/1 announced 2025-10-09 notice"]),
            ("destination=KOR&mineral=holmium&on=2025-11-08", ["2025-57/1 suspended_before_effect 2025-11-07 notice"]),
            ("destination=KOR&mineral=holmium&on=2026-11-10", ["2025-57/1 suspended_before_effect 2025-11-07 notice"]),
            ("destination=KOR&mineral=holmium&on=2026-11-11", ["2025-57/1 in_force 2026-11-11 schedule"]),
            ("destination=DEU&mineral=dysprosium&on=2025-02-01", ["made-up-1/1 in_force 2025-01-01 notice"]),
            ("destination=EU27&mineral=rare-earths&on=2025-02-01", ["made-up-1/1 in_force 2025-01-01 notice"]),
            ("destination=AUT&mineral=dysprosium&on=2025-02-01", []),
            ("destination=RUS&mineral=nickel&on=2025-02-01", ["2022-9th/1 in_force 2022-12-17 notice"]),
            ("destination=DEU&mineral=nickel&on=2025-02-01", []),
        ];
        foreach (var (query, expected) in cases)
            (await app.ItemsAsync("/active?" + query))
                .Select(c => $"{c["documentNumber"]}/{c["clause"]} {c["status"]} {c["stateSince"]} {c["basis"]}")
                .ShouldBe(expected, query);
    }

    [Fact]
    public async Task Measures_that_are_no_legal_ones_are_kept_apart()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
        await app.RecordAsync(RealNotices.China2023No23);
        await app.RecordAsync("""
            { "issuer": "CHN", "documentNumber": "b", "title": "Shipments held", "announcedOn": "2024-01-01", "confidence": "confirmed",
              "clauses": [{ "number": "1", "measure": "customs-blockage", "minerals": ["gallium"], "effectiveFrom": "2024-01-01" },
                          { "number": "2", "measure": "statement", "minerals": ["gallium"], "effectiveFrom": "2024-01-01" }] }
            """);

        foreach (var known in new[] { "", "&knownOn=2026-11-23" })
        {
            (await Found("legal=true" + known)).ShouldBe("licensing:true");
            (await Found("legal=false" + known)).ShouldBe("customs-blockage:false statement:false");
        }
        (await app.ItemsAsync("/notices?legal=false")).Select(n => (string?)n["documentNumber"]).ShouldBe(["b"]);
        (await app.Http.GetAsync("/api/controls/active?legal=perhaps")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        async Task<string> Found(string query) => string.Join(' ', (await app.ItemsAsync("/active?mineral=gallium&" + query))
            .Select(c => $"{c["measure"]}:{c["isLegalMeasure"]!.ToJsonString()}"));
    }

    [Fact]
    public async Task What_a_quota_and_a_rule_on_goods_made_abroad_say_is_answered_and_announced()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 1, 15, 0, 0, 0, TimeSpan.Zero));
        await using var tap = await app.TapAsync();
        var notice = await app.RecordAsync("""
            { "issuer": "COD", "documentNumber": "q", "title": "Quota", "announcedOn": "2025-09-20", "confidence": "confirmed",
              "clauses": [{ "number": "1", "measure": "quota", "minerals": ["cobalt"], "effectiveFrom": "2025-10-16", "effectiveUntil": "2025-12-31",
                  "quota": {"volume": 87000, "baseline": 226000, "unit": "t", "periods": [
                      {"from": "2025-11-01", "until": "2025-11-30", "volume": 7250}, {"from": "2025-10-16", "until": "2025-10-31", "volume": 3625}]} },
                { "number": "2", "measure": "licensing", "minerals": ["cobalt"], "stages": ["component"], "effectiveFrom": "2025-10-16",
                  "extraterritorial": {"minimumContentPercent": 0.1, "technology": true} }] }
            """);
        const string Quota = """{"volume":87000,"baseline":226000,"unit":"t","periods":[{"from":"2025-10-16","until":"2025-10-31","volume":3625},{"from":"2025-11-01","until":"2025-11-30","volume":7250}]}""";
        const string Abroad = """{"minimumContentPercent":0.1,"technology":true}""";

        notice["clauses"]![0]!["quota"]!.ToJsonString().ShouldBe(Quota);
        var clauses = await app.ItemsAsync("/active?on=2025-11-01");
        clauses[0]["quota"]!.ToJsonString().ShouldBe(Quota);
        clauses[0]["extraterritorial"].ShouldBeNull();
        clauses[1]["extraterritorial"]!.ToJsonString().ShouldBe(Abroad);
        var announced = (await tap.TakeAsync(2)).OrderBy(e => e.Clause, StringComparer.Ordinal).ToList();
        JsonSerializer.Serialize(announced[0].Quota, EventJson.Options).ShouldBe(Quota);
        JsonSerializer.Serialize(announced[1].Extraterritorial, EventJson.Options).ShouldBe(Abroad);
    }

    [Fact]
    public async Task Has_the_published_shape()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var notice = await app.RecordAsync(RealNotices.China2024No46);
        var clause = (await app.ItemsAsync("/active?destination=USA&mineral=gallium&on=2025-01-01"))[1].AsObject();

        foreach (var member in new[] { "noticeId", "issuer", "documentNumber", "clause", "measure", "status", "minerals", "destinations", "endUse",
            "effectiveFrom", "effectiveUntil", "stateSince", "basis", "confidence", "sources" })
            clause.ContainsKey(member).ShouldBeTrue(member);
        ((string?)clause["noticeId"]).ShouldBe((string?)notice["id"]);
        ((string?)clause["measure"], (string?)clause["confidence"], (string?)clause["effectiveFrom"]).ShouldBe(("prohibition", "confirmed", "2024-12-03"));
        clause["endUse"].ShouldBeNull();
        clause["sources"]![0]!.ToJsonString().ShouldBe("""{"url":"https://www.mofcom.gov.cn/2024-46","kind":"primary"}""");
    }

    [Fact]
    public async Task Pages_hold_every_clause_once_in_one_order()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        for (var i = 0; i < 7; i++)
            await app.RecordAsync(RealNotices.China2024No46.Replace("2024-46", $"2024-{i}", StringComparison.Ordinal));

        var all = (await app.ItemsAsync("/active?on=2025-01-01")).Select(c => $"{c["documentNumber"]}/{c["clause"]}").ToList();
        (await app.ItemsAsync("/active?on=2025-01-01&limit=3")).Select(c => $"{c["documentNumber"]}/{c["clause"]}").ShouldBe(all);
        all.Distinct(StringComparer.Ordinal).Count().ShouldBe(14);
        (await app.ItemsAsync("/notices?limit=2")).Count.ShouldBe(7);
        (await app.ItemsAsync("/timeline?mineral=gallium&limit=5")).Count.ShouldBe(14);
    }

    [Fact]
    public async Task A_read_answers_304_to_one_who_has_it()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        await app.RecordAsync(RealNotices.China2024No46);
        var first = await app.Http.GetAsync("/api/controls/active?destination=USA");
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/controls/active?destination=USA");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        (await app.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Notices_are_found_by_what_one_of_their_clauses_is()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
        foreach (var notice in All) await app.RecordAsync(notice);

        async Task<string> Found(string query) => string.Join(' ', (await app.ItemsAsync("/notices?" + query)).Select(n => (string?)n["documentNumber"]));
        (await Found("")).ShouldBe("2025-72 2025-70 2025-57 made-up-1 2024-46 2023-23 2022-9th");
        (await Found("issuer=EU27")).ShouldBe("2022-9th");
        (await Found("mineral=gallium&destination=USA")).ShouldBe("2024-46 2023-23");
        (await Found("status=suspended")).ShouldBe("2024-46");
        (await Found("status=suspended&on=2025-11-08")).ShouldBe("");
        (await Found("measure=licensing")).ShouldBe("2025-57 2023-23");
    }

    [Fact]
    public async Task Upcoming_and_the_timeline_tell_what_a_schedule_still_holds()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero));
        foreach (var notice in All) await app.RecordAsync(notice);

        Describe(await app.ItemsAsync("/upcoming?days=90")).ShouldBe(
        [
            "2026-11-11 2025-57/1 suspended_before_effect→in_force schedule in 71",
            "2026-11-28 2024-46/2 suspended→in_force schedule in 88",
        ]);
        (await app.ItemsAsync("/upcoming?days=80")).Count.ShouldBe(1);
        Describe(await app.ItemsAsync("/timeline?mineral=gallium")).ShouldBe(
        [
            "2023-07-03 2023-23/1 →announced notice in -1156",
            "2023-08-01 2023-23/1 announced→in_force notice in -1127",
            "2024-12-03 2024-46/1 →in_force notice in -637",
            "2024-12-03 2024-46/2 →in_force notice in -637",
            "2025-11-09 2024-46/2 in_force→suspended notice in -296",
            "2026-11-28 2024-46/2 suspended→in_force schedule in 88",
        ]);

        static IEnumerable<string> Describe(IEnumerable<JsonNode> changes) => changes.Select(c =>
            $"{c["on"]} {c["documentNumber"]}/{c["clause"]} {c["previousStatus"]}→{c["status"]} {c["basis"]} in {c["daysLeft"]}");
    }
}
