using System.Net;
using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Tests.Notices;

public class PostNoticeTests(ServersFixture servers)
{
    [Fact]
    public async Task A_service_that_is_ready_has_rehearsed_a_notice_and_kept_nothing_of_it()
    {
        await using var app = await ControlsApp.StartAsync(servers);

        // What was written and rolled back is counted too.
        await Eventually.IsTrueAsync(async () => await app.WithDbAsync(db => db.Database.SqlQuery<long>(
            $"SELECT coalesce(sum(n_tup_ins), 0)::bigint AS \"Value\" FROM pg_stat_user_tables WHERE relname IN ('notices', 'clauses', 'outbox')").SingleAsync()) >= 3);
        (await app.ItemsAsync("/notices")).ShouldBeEmpty();
        (await app.ItemsAsync("/active")).ShouldBeEmpty();
        await using var tap = await app.TapAsync();
        await tap.IsSilentAsync(app);
    }

    [Fact]
    public async Task A_rehearsal_that_fails_does_not_keep_the_service_from_being_ready()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        await app.WithDbAsync(async db =>
        {
            await db.Database.ExecuteSqlRawAsync("ALTER TABLE notices ADD CONSTRAINT no_rehearsal CHECK (document_number <> 'rehearsal')");
            return 0;
        });
        await using var again = await app.StartAnotherAsync(); // waits until it is ready
        (await again.PostAsync(RealNotices.China2024No46)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_new_notice_is_created_with_each_clauses_status_and_found_at_its_location()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var answer = await app.PostAsync(RealNotices.China2024No46);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var notice = JsonNode.Parse(await app.Http.GetStringAsync(answer.Headers.Location))!;
        answer.Headers.Location!.ToString().ShouldBe($"/api/controls/notices/{notice["id"]}");
        notice["clauses"]!.AsArray().Select(c => ((string?)c!["number"], (string?)c["status"], (string?)c["stateSince"], (string?)c["basis"]))
            .ShouldBe([("1", "in_force", "2024-12-03", "notice"), ("2", "in_force", "2024-12-03", "notice")]);
    }

    [Fact]
    public async Task The_same_notice_again_in_another_order_answers_200_and_says_nothing_to_the_platform()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var first = await app.RecordAsync(RealNotices.China2024No46);
        await using var tap = await app.TapAsync();
        await tap.TakeAsync(2);

        var reordered = JsonNode.Parse(RealNotices.China2024No46)!;
        var clauses = reordered["clauses"]!.AsArray();
        var moved = clauses[0]!;
        clauses.RemoveAt(0);
        clauses.Add(moved);
        clauses[0]!["minerals"] = new JsonArray("antimony", "gallium", "germanium");
        var again = await app.PostAsync(reordered.ToJsonString());

        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        var body = JsonNode.Parse(await again.Content.ReadAsStringAsync())!;
        ((string?)body["id"]).ShouldBe((string?)first["id"]);
        ((int?)body["revision"]).ShouldBe(1);
        body["impact"]!["clauses"]!.AsArray().ShouldBeEmpty();
        await tap.IsSilentAsync(app);
    }

    [Fact]
    public async Task A_source_named_twice_is_one_source_and_the_same_notice_again_changes_nothing()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var notice = JsonNode.Parse(RealNotices.China2023No23)!;
        notice["sources"] = JsonNode.Parse("""[{"url": "https://example.org/a", "kind": "secondary"}, {"url": "https://example.org/a", "kind": "secondary"}]""");
        notice["confidence"] = null;
        var first = await app.RecordAsync(notice.ToJsonString());
        (first["sources"]!.AsArray().Count, (string?)first["confidence"]).ShouldBe((1, "unconfirmed"));

        var again = await app.PostAsync(notice.ToJsonString());

        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((int?)JsonNode.Parse(await again.Content.ReadAsStringAsync())!["revision"]).ShouldBe(1);
    }

    [Fact]
    public async Task The_same_number_with_other_content_is_a_conflict_and_changes_nothing()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        await app.RecordAsync(RealNotices.China2023No23);

        var answer = await app.PostAsync(RealNotices.China2023No23.Replace("\"licensing\"", "\"prohibition\"", StringComparison.Ordinal));

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        ((string?)(await app.ItemsAsync("/active?mineral=gallium")).Single()["measure"]).ShouldBe("licensing");
    }

    [Fact]
    public async Task Posted_sixteen_times_at_once_it_is_created_once()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => app.PostAsync(RealNotices.China2024No46)));

        answers.Count(a => a.StatusCode is HttpStatusCode.Created).ShouldBe(1);
        answers.Count(a => a.StatusCode is HttpStatusCode.OK).ShouldBe(15);
        await using var tap = await app.TapAsync();
        (await tap.TakeAsync(2)).ShouldAllBe(e => e.Version == 1);
        await tap.IsSilentAsync(app);
    }

    [Fact]
    public async Task A_second_source_joins_the_notice_and_a_better_confidence_is_announced()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        await using var tap = await app.TapAsync();
        var rumour = JsonNode.Parse(RealNotices.China2023No23)!;
        rumour["sources"] = new JsonArray(new JsonObject { ["url"] = "https://example.org/rumour", ["kind"] = "secondary" });
        rumour["confidence"] = null;
        await app.RecordAsync(rumour.ToJsonString());
        (await tap.TakeAsync(1)).Single().Confidence.ShouldBe(Confidence.Unconfirmed);

        var answer = await app.PostAsync(RealNotices.China2023No23);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var merged = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        merged["sources"]!.AsArray().Count.ShouldBe(2);
        ((string?)merged["confidence"]).ShouldBe("confirmed");
        var announced = (await tap.TakeAsync(1)).Single();
        (announced.Version, announced.Confidence, announced.Sources.Count).ShouldBe((2, Confidence.Confirmed, 2));
    }

    [Fact]
    public async Task Each_touched_clause_is_announced_once_with_its_whole_schedule()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var tap = await app.TapAsync();
        await app.RecordAsync(RealNotices.China2024No46);
        (await tap.TakeAsync(2)).ShouldAllBe(e => e.PreviousStatus == null && e.Version == 1);

        await app.RecordAsync(RealNotices.China2025No72);

        var change = (await tap.TakeAsync(1)).Single();
        (change.Issuer, change.DocumentNumber, change.Clause, change.Version).ShouldBe(("CHN", "2024-46", "2", 2));
        (change.PreviousStatus, change.Status, change.StateSince, change.Basis)
            .ShouldBe((ControlStatus.InForce, ControlStatus.Suspended, new DateOnly(2025, 11, 9), StatusBasis.Notice));
        change.Schedule.ShouldBe(
        [
            new(new(2024, 12, 3), new(2025, 11, 8), ControlStatus.InForce, StatusBasis.Notice),
            new(new(2025, 11, 9), new(2026, 11, 27), ControlStatus.Suspended, StatusBasis.Notice),
            new(new(2026, 11, 28), null, ControlStatus.InForce, StatusBasis.Schedule),
        ]);
        change.Minerals.ShouldBe(["antimony", "gallium", "germanium"]);
        change.Stages.ShouldBe([Stage.Processing]);
        change.Destinations.ShouldBe(["USA"]);
        await tap.IsSilentAsync(app);
    }

    [Fact]
    public async Task Facts_are_stated_again_while_a_notice_waits_for_the_day_of_its_announcement()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2023, 6, 1, 0, 0, 0, TimeSpan.Zero));
        await using var tap = await app.TapAsync();
        await app.RecordAsync(RealNotices.China2023No23);
        var announced = (await tap.TakeAsync(1)).Single();
        app.Time.MoveTo(new DateTimeOffset(2023, 6, 10, 0, 0, 0, TimeSpan.Zero));

        var answer = await app.Http.PostAsync("/api/ops/controls/restate?to=risk-scoring", null);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        var stated = (await tap.TakeAsync(1)).Single();
        (stated.Silent, stated.Version, stated.Status, stated.StateSince, stated.Basis)
            .ShouldBe((true, announced.Version, ControlStatus.Announced, announced.StateSince, announced.Basis));
    }

    [Fact]
    public async Task A_dry_run_shows_what_would_be_touched_and_stores_and_says_nothing()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var tap = await app.TapAsync();
        await app.RecordAsync(RealNotices.China2024No46);
        await tap.TakeAsync(2);

        var answer = await app.PostAsync(RealNotices.China2025No72, "?dryRun=true");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var impact = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["impact"]!;
        ((string?)impact["clauses"]![0]!["previousStatus"], (string?)impact["clauses"]![0]!["status"]).ShouldBe(("in_force", "suspended"));
        impact["minerals"]!.AsArray().Count.ShouldBe(3);
        ((string?)impact["boundaries"]![0]!["on"], (int?)impact["boundaries"]![0]!["daysLeft"]).ShouldBe(("2026-11-28", 331));
        (await app.NoticesAsync()).ShouldBe(1);
        await tap.IsSilentAsync(app);
    }

    [Fact]
    public async Task Writing_needs_the_scope_and_reading_only_a_key()
    {
        var keys = Path.GetTempFileName();
        await File.WriteAllTextAsync(keys, $$"""
            [{"name": "reader", "sha256": "{{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("reader-key"u8))}}", "scopes": ["risk:read"]}]
            """);
        await using var app = await ControlsApp.StartAsync(servers, settings: ("Keys:File", keys));
        using var reader = app.Authorized("reader-key");
        using var nobody = app.Authorized(null);

        (await reader.GetAsync("/api/controls/active")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await nobody.GetAsync("/api/controls/active")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var body = new StringContent(RealNotices.China2024No46, System.Text.Encoding.UTF8, "application/json");
        (await reader.PostAsync("/api/controls/notices", body)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await app.NoticesAsync()).ShouldBe(0);
        File.Delete(keys);
    }
}
