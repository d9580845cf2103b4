using System.Net;
using System.Text.Json.Nodes;
using Chokepoint.ExportControls.Registry;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;
using Npgsql;

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

    /// <summary>2024-46 and its suspension by 2025-72, which a correction of 5 March 2026 prolongs.</summary>
    [Fact]
    public async Task The_timeline_what_is_upcoming_and_the_notices_are_answered_as_they_were_known()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await app.RecordAsync(RealNotices.China2023No23);
        await app.RecordAsync(RealNotices.China2024No46);
        var id = (string)(await app.RecordAsync(RealNotices.China2025No72))["id"]!;
        var etag = (await app.Http.GetAsync($"/api/controls/notices/{id}")).Headers.ETag!.ToString();
        app.Time.MoveTo(new DateTimeOffset(2026, 3, 5, 12, 0, 0, TimeSpan.Zero));
        (await app.PutAsync(id, RealNotices.China2025No72.Replace("2026-11-27", "2026-12-31", StringComparison.Ordinal), etag)).StatusCode.ShouldBe(HttpStatusCode.OK);

        async Task<string> ChangesAsync(string path) =>
            string.Join(' ', (await app.ItemsAsync(path)).Select(c => $"{c["on"]}:{c["documentNumber"]}/{c["clause"]}:{c["previousStatus"]}>{c["status"]}:{c["daysLeft"]}"));
        const string Began = "2024-12-03:2024-46/1:>in_force:-457 2024-12-03:2024-46/2:>in_force:-457";
        const string Licences = "2023-07-03:2023-23/1:>announced:-976 2023-08-01:2023-23/1:announced>in_force:-947";
        const string Suspended = "2025-11-09:2024-46/2:in_force>suspended:-116";
        (await ChangesAsync("/timeline?mineral=germanium&knownOn=2023-07-02")).ShouldBe("");
        (await ChangesAsync("/timeline?mineral=germanium&knownOn=2025-01-01")).ShouldBe($"{Licences} {Began}");
        (await ChangesAsync("/timeline?mineral=germanium&knownOn=2026-03-04")).ShouldBe($"{Licences} {Began} {Suspended} 2026-11-28:2024-46/2:suspended>in_force:268");
        (await ChangesAsync("/timeline?mineral=germanium&knownOn=2026-03-04&limit=2")).ShouldBe($"{Licences} {Began} {Suspended} 2026-11-28:2024-46/2:suspended>in_force:268");
        (await ChangesAsync("/timeline?mineral=germanium&destination=JPN&knownOn=2026-03-04")).ShouldBe(Licences);
        (await ChangesAsync("/timeline?mineral=germanium")).ShouldBe($"{Licences} {Began} {Suspended} 2027-01-01:2024-46/2:suspended>in_force:302");

        (await ChangesAsync("/upcoming?days=300&knownOn=2026-03-04")).ShouldBe("2026-11-28:2024-46/2:suspended>in_force:268");
        (await ChangesAsync("/upcoming?days=300&knownOn=2025-01-01")).ShouldBe("");
        (await ChangesAsync("/upcoming?days=302")).ShouldBe("2027-01-01:2024-46/2:suspended>in_force:302");
        (await ChangesAsync("/upcoming?days=301")).ShouldBe("");
        (await ChangesAsync("/upcoming?days=30&on=2023-07-10")).ShouldBe("2023-08-01:2023-23/1:announced>in_force:22");
        (await ChangesAsync("/upcoming?days=30&on=2023-07-10&knownOn=2023-07-10")).ShouldBe("2023-08-01:2023-23/1:announced>in_force:22");
        (await ChangesAsync("/upcoming?days=30&on=2023-07-10&knownOn=2023-07-01")).ShouldBe("");

        async Task<string> NoticesAsync(string query) => string.Join(' ', (await app.ItemsAsync("/notices?" + query))
            .Select(n => $"{n["documentNumber"]}:{n["revision"]}:{string.Join(',', n["clauses"]!.AsArray().Select(c => c!["status"]))}"));
        (await NoticesAsync("knownOn=2023-07-02")).ShouldBe("");
        (await NoticesAsync("knownOn=2025-01-01")).ShouldBe("2024-46:1:in_force,in_force 2023-23:1:in_force");
        (await NoticesAsync("knownOn=2026-03-04")).ShouldBe("2025-72:1: 2024-46:1:in_force,suspended 2023-23:1:in_force");
        (await NoticesAsync("")).ShouldBe("2025-72:2: 2024-46:1:in_force,suspended 2023-23:1:in_force");
        (await NoticesAsync("knownOn=2026-03-04&limit=1")).ShouldBe(await NoticesAsync("knownOn=2026-03-04"));
        (await NoticesAsync("knownOn=2026-03-04&status=suspended&on=2026-12-15")).ShouldBe("");
        (await NoticesAsync("status=suspended&on=2026-12-15")).ShouldBe("2024-46:1:in_force,suspended");
        (await NoticesAsync("knownOn=2026-03-06&status=suspended&on=2026-12-15")).ShouldBe("2024-46:1:in_force,suspended");
        (await NoticesAsync("knownOn=2026-03-04&issuer=CHN&measure=licensing")).ShouldBe("2023-23:1:in_force");
        (await NoticesAsync("knownOn=2026-03-04&on=2024-01-01")).ShouldBe("2023-23:1:in_force");

        foreach (var path in new[] { "/timeline", "/upcoming", "/notices" })
            (await app.Http.GetAsync($"/api/controls{path}?knownOn=yesterday")).StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
    }

    /// <summary>
    /// The shipped history with corrections of a target, of who acts, and of an action that goes to another notice: on every day, page by
    /// page, what is settled is answered as it would be put together from the wordings.
    /// </summary>
    [Fact]
    public async Task What_is_settled_is_answered_as_the_wordings_of_that_day_would_have_it()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 9, 1, 12, 0, 0, TimeSpan.Zero), ("Registry:BuiltIn", "true"));
        await CorrectAsync("2024-46", n => n["clauses"]![1]!["minerals"] = new JsonArray("gallium", "germanium"));
        app.Time.MoveTo(new DateTimeOffset(2026, 9, 5, 12, 0, 0, TimeSpan.Zero));
        await CorrectAsync("2025-72", n => n["actions"]![0]!["until"] = "2027-01-31");
        app.Time.MoveTo(new DateTimeOffset(2026, 9, 9, 12, 0, 0, TimeSpan.Zero));
        await CorrectAsync("2025-70", n => n["actions"]!.AsArray().RemoveAt(0));
        await CorrectAsync("2023-39", n => n["announcedOn"] = "2023-10-19");

        string[] days = ["2014-01-11", "2023-10-19", "2023-10-20", "2024-12-02", "2024-12-03", "2025-10-09", "2025-11-07", "2025-11-09T00:00:00Z", "2026-09-01", "2026-09-05T11:00:00Z", "2026-09-05T13:00:00Z", "2026-09-09", "2026-11-01"];
        string[] questions =
        [
            "/active?limit=7", "/active?destination=USA&on=2026-12-15&limit=5", "/active?mineral=gallium&status=withdrawn", "/timeline?limit=9", "/timeline?mineral=antimony&on=2025-01-01",
            "/upcoming?days=900&limit=3", "/upcoming?days=400&on=2025-10-10", "/notices?limit=6", "/notices?destination=USA&status=suspended&on=2026-12-15", "/notices?issuer=CHN&on=2025-12-01&limit=4",
        ];
        async Task<List<string>> AnswersAsync()
        {
            var answers = new List<string>();
            foreach (var day in days)
                foreach (var question in questions)
                    answers.Add($"{question} as known on {day}: {string.Join('\n', (await app.ItemsAsync($"{question}&knownOn={day}")).Select(i => i.ToJsonString()))}");
            return answers;
        }

        var settled = await AnswersAsync();
        settled.Count(a => !a.EndsWith(": ", StringComparison.Ordinal)).ShouldBeGreaterThan(80);
        await app.WithDbAsync(db => db.Database.ExecuteSqlAsync($"UPDATE notices SET settled_from = NULL, settled_day = NULL; UPDATE clauses SET settled_from = NULL, settled_day = NULL"));
        var together = await AnswersAsync();
        for (var i = 0; i < settled.Count; i++) settled[i].ShouldBe(together[i]);

        async Task CorrectAsync(string number, Action<JsonNode> change)
        {
            var notice = (await app.ItemsAsync($"/notices?issuer=CHN&documentNumber={number}")).Single();
            var etag = (await app.Http.GetAsync($"/api/controls/notices/{notice["id"]}")).Headers.ETag!.ToString();
            await using var shipped = typeof(ShippedRegistry).Assembly.GetManifestResourceStream("registry.notices.json")!;
            var body = (await JsonNode.ParseAsync(shipped))!["notices"]!.AsArray().Single(n => (string?)n!["documentNumber"] == number)!;
            change(body);
            var answer = await app.PutAsync((string)notice["id"]!, body.ToJsonString(), etag);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("&knownOn=2025-11-09")]
    [InlineData("&knownOn=2199-01-01")]
    public async Task A_list_of_notices_says_what_each_clause_is_on_the_day_asked_about(string knownOn)
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 12, 1, 12, 0, 0, TimeSpan.Zero));
        await app.RecordAsync(RealNotices.China2024No46);
        await app.RecordAsync(RealNotices.China2025No72);

        var notice = (await app.ItemsAsync("/notices?status=suspended&on=2025-12-01" + knownOn)).Single();
        notice["clauses"]!.AsArray().Select(c => $"{c!["number"]} {c["status"]} {c["stateSince"]} {c["basis"]}")
            .ShouldBe(["1 in_force 2024-12-03 notice", "2 suspended 2025-11-09 notice"]);
    }

    [Fact]
    public async Task Pages_as_known_lose_nothing_where_the_database_orders_text_by_a_language()
    {
        await using var app = await ControlsApp.StartAsync(servers, settings: ("ConnectionStrings:controlsdb", await EnglishDatabaseAsync()));
        foreach (var number in new[] { "a", "B", "c" }) // in English; by their bytes B is first
            await app.RecordAsync(RealNotices.ChinaToEurope.Replace("made-up-1", number, StringComparison.Ordinal));

        foreach (var query in new[] { "/timeline?limit=1&knownOn=2199-01-01", "/timeline?limit=1", "/upcoming?limit=1&on=2024-12-01&knownOn=2199-01-01" })
            (await app.ItemsAsync(query)).Select(c => (string?)c["documentNumber"]).ShouldBe(["B", "a", "c"], query);
    }

    private async Task<string> EnglishDatabaseAsync()
    {
        var own = await servers.CreateDatabaseAsync();
        var name = $"english_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(own);
        await using var create = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'");
        try
        {
            await create.ExecuteNonQueryAsync();
        }
        catch (PostgresException without) when (without.SqlState is PostgresErrorCodes.FeatureNotSupported)
        {
            Assert.Skip("This Postgres was built without ICU.");
        }
        return new NpgsqlConnectionStringBuilder(own) { Database = name }.ConnectionString;
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
        foreach (var query in new[] { "/timeline?mineral=gallium", "/timeline?on=2025-01-01", "/upcoming?days=3000", "/upcoming?days=90&on=2025-10-01", "/notices?destination=USA", "/notices?status=suspended&on=2025-12-01", "/notices?issuer=CHN&limit=2" })
            Text(await app.ItemsAsync($"{query}&knownOn=2199-01-01")).ShouldBe(Text(await app.ItemsAsync(query)), query);

        static string Text(IEnumerable<JsonNode> clauses) => string.Join('\n', clauses.Select(c => c.ToJsonString()));
    }
}
