using System.Net;
using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Tests.Notices;

public class CorrectNoticeTests(ServersFixture servers)
{
    private static readonly DateTimeOffset Spring2026 = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task It_needs_If_Match_and_refuses_a_stale_one()
    {
        await using var app = await ControlsApp.StartAsync(servers, Spring2026);
        var (id, etag) = await PostedAsync(app, RealNotices.China2024No46);

        (await app.PutAsync(id, RealNotices.China2024No46, null)).StatusCode.ShouldBe(HttpStatusCode.PreconditionRequired);
        (await app.PutAsync(id, RealNotices.China2024No46, "\"stale\"")).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await app.PutAsync(Guid.NewGuid().ToString(), RealNotices.China2024No46, etag)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await app.PutAsync(id, RealNotices.China2024No46.Replace("2024-46", "2024-47", StringComparison.Ordinal), etag))
            .StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await app.PutAsync(id, RealNotices.China2024No46, etag)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await app.PutAsync(id, RealNotices.China2024No46, etag)).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task Another_notices_action_on_its_clause_makes_the_ETag_stale()
    {
        await using var app = await ControlsApp.StartAsync(servers, Spring2026);
        var (id, etag) = await PostedAsync(app, RealNotices.China2024No46);
        await app.RecordAsync(RealNotices.China2025No72);

        (await app.PutAsync(id, RealNotices.China2024No46, etag)).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task An_extension_that_moves_a_day_to_come_makes_the_ETag_stale()
    {
        await using var app = await ControlsApp.StartAsync(servers, Spring2026);
        var (id, etag) = await PostedAsync(app, RealNotices.China2023No23.Replace("\"2023-08-01\"", "\"2023-08-01\", \"effectiveUntil\": \"2026-06-30\"", StringComparison.Ordinal));
        await app.RecordAsync("""
            { "issuer": "CHN", "documentNumber": "longer", "title": "Longer", "announcedOn": "2026-02-01", "confidence": "confirmed",
              "actions": [{"action": "extend", "target": {"issuer": "CHN", "documentNumber": "2023-23"}, "from": "2026-07-01", "until": "2026-12-31"}] }
            """);

        using var read = new HttpRequestMessage(HttpMethod.Get, $"/api/controls/notices/{id}");
        read.Headers.TryAddWithoutValidation("If-None-Match", etag);
        (await app.Http.SendAsync(read)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await app.PutAsync(id, RealNotices.China2023No23, etag)).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task A_list_of_notices_holds_each_with_its_own_clauses_while_a_correction_commits()
    {
        await using var app = await ControlsApp.StartAsync(servers, Spring2026);
        await app.RecordAsync(RealNotices.China2023No23);
        HttpResponseMessage answer = await app.WithDbAsync(async db =>
        {
            await using var correction = await db.Database.BeginTransactionAsync();
            await db.Database.ExecuteSqlAsync($"LOCK TABLE clauses IN ACCESS EXCLUSIVE MODE");
            var list = app.Http.GetAsync("/api/controls/notices");
            // It has read the notices and waits for their clauses.
            await Eventually.IsTrueAsync(() => app.WithDbAsync(other => other.Database.SqlQuery<bool>($"""
                SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                    AND query LIKE '%FROM notices%' AND query LIKE '%JOIN clauses%') AS "Value"
                """).SingleAsync()));
            await db.Database.ExecuteSqlAsync($$"""UPDATE notices SET document = jsonb_set(document, '{clauses,0,number}', '"7"')""");
            await db.Database.ExecuteSqlAsync($"UPDATE clauses SET number = '7'");
            await correction.CommitAsync();
            return await list;
        });

        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        ((string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["items"]![0]!["clauses"]![0]!["number"]).ShouldBe("1");
    }

    [Fact]
    public async Task A_corrected_suspension_moves_the_clause_it_acts_on_and_both_wordings_are_kept()
    {
        await using var app = await ControlsApp.StartAsync(servers, Spring2026);
        await using var tap = await app.TapAsync();
        await app.RecordAsync(RealNotices.China2024No46);
        var (id, etag) = await PostedAsync(app, RealNotices.China2025No72);
        await tap.TakeAsync(3);

        var answer = await app.PutAsync(id, RealNotices.China2025No72.Replace("2026-11-27", "2026-02-15", StringComparison.Ordinal), etag);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var change = (await tap.TakeAsync(1)).Single();
        (change.Clause, change.Version, change.PreviousStatus, change.Status, change.StateSince, change.Basis)
            .ShouldBe(("2", 3, ControlStatus.Suspended, ControlStatus.InForce, new DateOnly(2026, 2, 16), StatusBasis.Schedule));
        (await app.WithDbAsync(db => db.Revisions.CountAsync(r => r.NoticeId == Guid.Parse(id)))).ShouldBe(2);
    }

    [Fact]
    public async Task A_clause_left_out_is_withdrawn_and_found_no_more_and_counts_on_when_it_returns()
    {
        await using var app = await ControlsApp.StartAsync(servers, Spring2026);
        await using var tap = await app.TapAsync();
        var (id, etag) = await PostedAsync(app, RealNotices.China2024No46);
        await tap.TakeAsync(2);
        var without = JsonNode.Parse(RealNotices.China2024No46)!;
        without["clauses"]!.AsArray().RemoveAt(0);

        var corrected = await app.PutAsync(id, without.ToJsonString(), etag);
        var gone = (await tap.TakeAsync(1)).Single();
        (gone.Clause, gone.Version, gone.Status).ShouldBe(("1", 2, ControlStatus.Withdrawn));
        (await app.ItemsAsync("/active?destination=USA")).Select(c => (string?)c["clause"]).ShouldBe(["2"]);

        var back = await app.PutAsync(id, RealNotices.China2024No46, corrected.Headers.ETag!.ToString());
        back.StatusCode.ShouldBe(HttpStatusCode.OK, await back.Content.ReadAsStringAsync());
        (await tap.TakeAsync(1)).Single().Version.ShouldBe(3);
        (await app.ItemsAsync("/active?destination=USA")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_clause_that_another_notice_acts_on_cannot_be_left_out()
    {
        await using var app = await ControlsApp.StartAsync(servers, Spring2026);
        var (id, _) = await PostedAsync(app, RealNotices.China2024No46);
        await app.RecordAsync(RealNotices.China2025No72);
        var etag = (await app.Http.GetAsync($"/api/controls/notices/{id}")).Headers.ETag!.ToString();
        var without = JsonNode.Parse(RealNotices.China2024No46)!;
        without["clauses"]!.AsArray().RemoveAt(1);

        var answer = await app.PutAsync(id, without.ToJsonString(), etag);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]!["/clauses"].ShouldNotBeNull();
    }

    private static async Task<(string Id, string ETag)> PostedAsync(ControlsApp app, string json)
    {
        var answer = await app.PostAsync(json);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var id = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["id"]!;
        var read = await app.Http.GetAsync($"/api/controls/notices/{id}");
        read.Headers.ETag!.ToString().ShouldBe(answer.Headers.ETag!.ToString());
        return (id, read.Headers.ETag!.ToString());
    }
}
