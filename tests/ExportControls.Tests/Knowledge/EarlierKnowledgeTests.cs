using System.Net;
using System.Text.Json.Nodes;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;

namespace Chokepoint.ExportControls.Tests.Knowledge;

public class EarlierKnowledgeTests(ServersFixture servers)
{
    [Fact]
    public async Task A_day_is_answered_as_it_was_known_on_another()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await app.RecordAsync(RealNotices.China2024No46);
        var posted = await app.RecordAsync(RealNotices.China2025No72);
        var id = (string)posted["id"]!;
        var etag = (await app.Http.GetAsync($"/api/controls/notices/{id}")).Headers.ETag!.ToString();
        app.Time.MoveTo(new DateTimeOffset(2026, 3, 5, 12, 0, 0, TimeSpan.Zero));
        var corrected = await app.PutAsync(id, RealNotices.China2025No72.Replace("2026-11-27", "2027-06-30", StringComparison.Ordinal), etag);
        corrected.StatusCode.ShouldBe(HttpStatusCode.OK, await corrected.Content.ReadAsStringAsync());

        async Task<string> On(string query) => string.Join(' ', (await app.ItemsAsync("/active?destination=USA&mineral=germanium&" + query))
            .Select(c => $"{c["clause"]}:{c["status"]}:{c["basis"]}"));
        (await On("on=2026-12-01&knownOn=2024-12-02")).ShouldBe("");
        (await On("on=2026-12-01&knownOn=2025-11-08")).ShouldBe("1:in_force:notice 2:in_force:notice");
        (await On("on=2026-12-01&knownOn=2025-11-09")).ShouldBe("1:in_force:notice 2:in_force:schedule");
        (await On("on=2026-12-01&knownOn=2026-03-05T11:00:00Z")).ShouldBe("1:in_force:notice 2:in_force:schedule");
        (await On("on=2026-12-01&knownOn=2026-03-05T13:00:00Z")).ShouldBe("1:in_force:notice 2:suspended:notice");
        (await On("on=2026-12-01")).ShouldBe("1:in_force:notice 2:suspended:notice");
        (await On("on=2026-12-01&knownOn=2025-11-09&limit=1")).ShouldBe("1:in_force:notice 2:in_force:schedule");

        ((string?)(await app.GetAsync($"/notices/{id}?knownOn=2026-03-04"))["actions"]![0]!["until"]).ShouldBe("2026-11-27");
        ((string?)(await app.GetAsync($"/notices/{id}"))["actions"]![0]!["until"]).ShouldBe("2027-06-30");
        (await app.Http.GetAsync($"/api/controls/notices/{id}?knownOn=2025-01-01")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await app.Http.GetAsync("/api/controls/active?knownOn=yesterday")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_is_known_now_is_the_same_by_both_ways()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        foreach (var notice in new[]
                 {
                     RealNotices.China2023No23, RealNotices.China2024No46, RealNotices.China2025No57, RealNotices.China2025No70, RealNotices.China2025No72,
                     RealNotices.EuropeToRussia, RealNotices.ChinaToEurope,
                 })
            await app.RecordAsync(notice);

        foreach (var on in new[] { "2023-07-10", "2024-12-03", "2025-11-08", "2026-11-11", "2026-11-28" })
            foreach (var destination in new[] { "USA", "JPN", "DEU", "AUT", "RUS", "EU27" })
            {
                var query = $"/active?destination={destination}&on={on}";
                Text(await app.ItemsAsync($"{query}&knownOn=2199-01-01")).ShouldBe(Text(await app.ItemsAsync(query)), query);
            }

        static string Text(IEnumerable<JsonNode> clauses) => string.Join('\n', clauses.Select(c => c.ToJsonString()));
    }
}
