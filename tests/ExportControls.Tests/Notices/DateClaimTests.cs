using System.Net;
using System.Text.Json.Nodes;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;

namespace Chokepoint.ExportControls.Tests.Notices;

/// <summary>Where sources differ on a date, the answer holds both days and who gives each.</summary>
public class DateClaimTests(ServersFixture servers)
{
    private const string OnEffect = """
        {"member": "effectiveFrom", "day": "2023-06-10", "source": "press", "url": null}, {"member": "effectiveFrom", "day": "2023-06-01", "source": "IEA", "url": "https://iea.example"}
        """;

    private const string OnAnnouncement = """
        {"member": "announcedOn", "day": "2022-12-01", "source": "press", "url": null}, {"member": "announcedOn", "day": "2022-12-21", "source": "IEA", "url": null}
        """;

    [Fact]
    public async Task Both_days_stand_in_the_answers_with_who_gives_them()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var notice = await app.RecordAsync(Bauxite(OnEffect, OnAnnouncement));

        Days(notice).ShouldBe("announcedOn 2022-12-01 press, announcedOn 2022-12-21 IEA");
        Days(notice["clauses"]![0]!).ShouldBe("effectiveFrom 2023-06-01 IEA, effectiveFrom 2023-06-10 press");
        foreach (var query in new[] { "/active?on=2024-01-01", "/active?on=2024-01-01&knownOn=2199-01-01" })
        {
            var clause = (await app.ItemsAsync(query)).ShouldHaveSingleItem();
            Days(clause).ShouldBe("effectiveFrom 2023-06-01 IEA, effectiveFrom 2023-06-10 press");
            ((string?)clause["effectiveFrom"]).ShouldBe("2023-06-10");
            ((string?)clause["dateClaims"]![0]!["url"]).ShouldBe("https://iea.example");
        }
        await app.RecordAsync(RealNotices.ChinaToEurope);
        (await app.ItemsAsync("/active?destination=DEU&on=2025-02-01&mineral=rare-earths")).Single()["dateClaims"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_reads_of_it_elsewhere_with_another_day_adds_a_claim_to_the_one_notice()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        await app.RecordAsync(Bauxite("", ""));
        await using var tap = await app.TapAsync();
        await tap.TakeAsync(1);

        var merged = await app.PostAsync(Bauxite(OnEffect, ""));
        merged.StatusCode.ShouldBe(HttpStatusCode.OK);
        Days(JsonNode.Parse(await merged.Content.ReadAsStringAsync())!["clauses"]![0]!).ShouldBe("effectiveFrom 2023-06-01 IEA, effectiveFrom 2023-06-10 press");
        var again = await app.PostAsync(Bauxite(OnEffect, ""));
        ((int?)JsonNode.Parse(await again.Content.ReadAsStringAsync())!["revision"]).ShouldBe(2);
        Days((await app.ItemsAsync("/active?on=2024-01-01")).Single()).ShouldBe("effectiveFrom 2023-06-01 IEA, effectiveFrom 2023-06-10 press");
        await tap.IsSilentAsync(app); // what is claimed about a date is no news of the clause
    }

    [Theory]
    [InlineData("""{"member": "effectiveFrom", "day": "2023-06-10", "source": "press"}""", "", "/clauses/0/dateClaims")] // one day only
    [InlineData("""{"member": "effectiveFrom", "day": "2023-06-01", "source": "a"}, {"member": "effectiveFrom", "day": "2023-06-02", "source": "b"}""", "", "/clauses/0/dateClaims")]
    [InlineData("""{"member": "announcedOn", "day": "2023-06-10", "source": "press"}""", "", "/clauses/0/dateClaims/0/member")]
    [InlineData("""{"member": "effectiveFrom", "day": "2023-06-10"}""", "", "/clauses/0/dateClaims/0/source")]
    [InlineData("", """{"member": "announcedOn", "source": "press", "url": "ftp://x"}""", "/dateClaims/0/url")]
    [InlineData("", """{"member": "announcedOn", "source": "press"}""", "/dateClaims/0/day")]
    [InlineData("", "null", "/dateClaims/0")]
    public async Task Claims_that_say_nothing_are_refused_by_name(string onEffect, string onAnnouncement, string at)
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var answer = await app.PostAsync(Bauxite(onEffect, onAnnouncement));
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, body);
        JsonNode.Parse(body)!["errors"]!.AsObject().ContainsKey(at).ShouldBeTrue(body);
        (await app.NoticesAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_shipped_notices_on_whose_dates_sources_differ_say_so()
    {
        await using var app = await ControlsApp.StartAsync(servers, now: null, ("Registry:BuiltIn", "true"));
        var disputed = (await app.ItemsAsync("/active?on=2023-06-15&limit=500")).Where(c => c["dateClaims"]!.AsArray().Count > 0)
            .ToDictionary(c => $"{c["issuer"]} {c["documentNumber"]}", Days, StringComparer.Ordinal);
        disputed["IDN bauxite-2023"].ShouldBe("effectiveFrom 2023-06-01 IEA Critical Minerals Policy Tracker, effectiveFrom 2023-06-10 press (Viet Nam Plus)");
        disputed.Keys.ShouldContain("NAM unprocessed-minerals-2023");
    }

    private static string Days(JsonNode node) => string.Join(", ", node["dateClaims"]!.AsArray().Select(c => $"{c!["member"]} {c["day"]} {c["source"]}"));

    private static string Bauxite(string onEffect, string onAnnouncement) => $$"""
        { "issuer": "IDN", "documentNumber": "bauxite", "title": "Bauxite ore export ban", "announcedOn": "2022-12-01", "confidence": "confirmed",
          "dateClaims": [{{onAnnouncement}}],
          "clauses": [{ "number": "1", "measure": "prohibition", "minerals": ["bauxite"], "effectiveFrom": "2023-06-10", "dateClaims": [{{onEffect}}] }] }
        """;
}
