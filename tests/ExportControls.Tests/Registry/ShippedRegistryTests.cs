using System.Net;
using System.Text.Json;
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
        foreach (var notice in file.Notices)
            validator.Validate(notice).Errors.ShouldBeEmpty(notice.DocumentNumber);
        file.Notices.Count.ShouldBeGreaterThan(50);
        file.Notices.ShouldAllBe(n => n.Sources!.Count > 0 || n.Notes != null);
    }

    /// <summary>
    /// The real history: what stood for four importers around the dates of the notices. `on | destination mineral` → clauses that are
    /// in force, with those that are not yet or no longer in parentheses. Facts: reference/export_control_timeline.csv.
    /// </summary>
    [Fact]
    public async Task The_real_history_stands_as_it_was()
    {
        await using var app = await LoadedAsync();
        (string On, string Destination, string Mineral, string Expected)[] cases =
        [
            ("2023-07-02", "USA", "gallium", ""),
            ("2023-07-31", "USA", "gallium", "(2023-23/1 announced)"),
            ("2023-08-01", "USA", "gallium", "2023-23/1"),
            ("2023-08-01", "JPN", "germanium", "2023-23/1"),
            ("2023-11-30", "KOR", "natural-graphite", "NAM unprocessed-minerals-2023/1, (2023-39/1 announced)"),
            ("2023-12-01", "KOR", "natural-graphite", "NAM unprocessed-minerals-2023/1, 2023-39/1"),
            ("2024-09-14", "EU27", "antimony", "(2024-33/1 announced), (2024-33/1-technology announced)"),
            ("2024-09-15", "EU27", "antimony", "2024-33/1, 2024-33/1-technology"),
            ("2024-12-03", "USA", "gallium", "2023-23/1, 2024-46/1, 2024-46/2"),
            ("2024-12-03", "KOR", "gallium", "2023-23/1"),
            ("2025-02-04", "USA", "tungsten", "2024-46/1, 2025-10/1"),
            ("2025-02-03", "JPN", "tungsten", ""),
            ("2025-04-04", "JPN", "dysprosium", "2023-57/1, 2025-18/1, MYS raw-rare-earths-2023/1, NAM unprocessed-minerals-2023/1"),
            ("2025-11-06", "DEU", "holmium", "2023-57/1, 2025-62/1, 2025-61/3, (2025-57/1 announced), (2025-56/1 announced), (2025-61/1-2 announced), MYS raw-rare-earths-2023/1, NAM unprocessed-minerals-2023/1"),
            ("2025-11-07", "DEU", "holmium", "2023-57/1, (2025-62/1 suspended), (2025-61/3 suspended), (2025-57/1 suspended_before_effect), (2025-56/1 suspended_before_effect), (2025-61/1-2 suspended_before_effect), MYS raw-rare-earths-2023/1, NAM unprocessed-minerals-2023/1"),
            ("2026-11-10", "JPN", "artificial-graphite", "2023-39/1, (2025-58/1 suspended_before_effect), 2026-1/1, 2026-12/1, 2026-28/1"),
            ("2026-11-11", "JPN", "artificial-graphite", "2023-39/1, 2025-58/1, 2026-1/1, 2026-12/1, 2026-28/1"),
            ("2025-11-08", "USA", "germanium", "2023-23/1, 2024-46/1, 2024-46/2"),
            ("2025-11-09", "USA", "germanium", "2023-23/1, 2024-46/1, (2024-46/2 suspended)"),
            ("2026-11-27", "USA", "germanium", "2023-23/1, 2024-46/1, (2024-46/2 suspended)"),
            ("2026-11-28", "USA", "germanium", "2023-23/1, 2024-46/1, 2024-46/2"),
            ("2025-06-21", "KOR", "cobalt", "COD 001/2025/1, COD concentrates-2021/1, NAM unprocessed-minerals-2023/1"),
            ("2025-10-15", "KOR", "cobalt", "COD 001/2025/1, (COD 004/2025/quota-2025 announced), (COD 004/2025/quota-2026 announced), COD concentrates-2021/1, NAM unprocessed-minerals-2023/1, (2025-58/1 announced)"),
            ("2025-10-16", "KOR", "cobalt", "COD 004/2025/quota-2025, (COD 004/2025/quota-2026 announced), COD concentrates-2021/1, NAM unprocessed-minerals-2023/1, (2025-58/1 announced)"),
            ("2026-01-01", "KOR", "cobalt", "COD 004/2025/quota-2026, COD concentrates-2021/1, NAM unprocessed-minerals-2023/1, (2025-58/1 suspended_before_effect)"),
            ("2028-01-01", "CHN", "cobalt", "COD concentrates-2021/1, NAM unprocessed-minerals-2023/1"),
            ("2026-01-06", "JPN", "gallium", "2023-23/1, 2026-1/1"),
            ("2023-01-05", "JPN", "lithium", "ZWE SI 213/2022/1, ZWE lithium-export-tax-2018/1"),
            ("2023-01-06", "JPN", "lithium", "ZWE SI 5/2023/1, ZWE lithium-export-tax-2018/1"),
            ("2028-12-31", "USA", "manganese", "NAM unprocessed-minerals-2023/1, (GAB manganese-2029/1 announced), 2025-58/1, 2024-46/1"),
        ];
        foreach (var (on, destination, mineral, expected) in cases)
        {
            var found = (await app.ItemsAsync($"/active?on={on}&destination={destination}&mineral={mineral}")).Select(c =>
            {
                var name = $"{((string?)c["issuer"] == "CHN" ? "" : $"{c["issuer"]} ")}{c["documentNumber"]}/{c["clause"]}";
                return (string?)c["status"] == "in_force" ? name : $"({name} {c["status"]})";
            });
            Sorted(found).ShouldBe(Sorted(expected.Split(", ", StringSplitOptions.RemoveEmptyEntries)), $"{on} {destination} {mineral}");
        }

        static string Sorted(IEnumerable<string> names) => string.Join(" | ", names.Order(StringComparer.Ordinal));
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
