using Chokepoint.Contracts;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Tests.Clock;

/// <summary>The days here lie in the past: a boundary is due only when the database's own clock has reached it too.</summary>
public class BoundaryClockTests(ServersFixture servers)
{
    [Fact]
    public async Task A_state_begins_at_the_issuers_midnight_with_no_new_notice()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2025, 7, 31, 15, 59, 0, TimeSpan.Zero));
        await using var tap = await app.TapAsync();
        await app.RecordAsync(Clause("n", announced: "2025-07-01", from: "2025-08-01"));
        (await tap.TakeAsync(1)).Single().Status.ShouldBe(ControlStatus.Announced);

        app.Time.MoveTo(new DateTimeOffset(2025, 7, 31, 16, 0, 0, TimeSpan.Zero));

        var change = (await tap.TakeAsync(1)).Single();
        (change.PreviousStatus, change.Status, change.StateSince, change.Version)
            .ShouldBe((ControlStatus.Announced, ControlStatus.InForce, new DateOnly(2025, 8, 1), 2));
        ((string?)(await app.GetAsync("/active?mineral=tungsten"))["items"]![0]!["status"]).ShouldBe("in_force");
    }

    [Fact]
    public async Task Boundaries_passed_while_switched_off_are_announced_in_order_and_once()
    {
        var before = await ControlsApp.StartAsync(servers, new DateTimeOffset(2025, 8, 2, 0, 0, 0, TimeSpan.Zero));
        await using (before)
        {
            await using var first = await before.TapAsync();
            await before.RecordAsync(Clause("n", announced: "2025-08-01", from: "2025-08-10", until: "2025-09-30"));
            await before.RecordAsync("""
                { "issuer": "CHN", "documentNumber": "pause", "title": "Pause", "announcedOn": "2025-08-01", "confidence": "confirmed",
                  "actions": [{"action": "suspend", "target": {"issuer": "CHN", "documentNumber": "n"}, "from": "2025-08-20", "until": "2025-09-05"}] }
                """);
            (await first.TakeAsync(2)).Select(e => e.Version).ShouldBe([1, 2]);
        }

        await using var after = await before.StartAnotherAsync(new DateTimeOffset(2025, 10, 15, 0, 0, 0, TimeSpan.Zero));
        await using var tap = await after.TapAsync();
        (await tap.TakeAsync(4)).Select(e => (e.Version, e.Status, e.StateSince.Month, e.StateSince.Day, e.Basis)).ShouldBe(
        [
            (3, ControlStatus.InForce, 8, 10, StatusBasis.Notice),
            (4, ControlStatus.Suspended, 8, 20, StatusBasis.Notice),
            (5, ControlStatus.InForce, 9, 6, StatusBasis.Schedule),
            (6, ControlStatus.Expired, 10, 1, StatusBasis.Schedule),
        ]);
        await using var again = await before.StartAnotherAsync(new DateTimeOffset(2025, 10, 16, 0, 0, 0, TimeSpan.Zero));
        await NothingIsDueAsync(again);
        await tap.IsSilentAsync(again);
    }

    [Fact]
    public async Task Three_processes_announce_three_hundred_boundaries_once_each()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2025, 8, 9, 0, 0, 0, TimeSpan.Zero));
        await using var tap = await app.TapAsync();
        for (var i = 0; i < 3; i++)
        {
            var clauses = string.Join(',', Enumerable.Range(1, 100).Select(c =>
                $$"""{"number": "{{c}}", "measure": "licensing", "minerals": ["tungsten"], "effectiveFrom": "2025-08-10"}"""));
            await app.RecordAsync($$"""
                { "issuer": "CHN", "documentNumber": "{{i}}", "title": "t", "announcedOn": "2025-08-01", "confidence": "confirmed", "clauses": [{{clauses}}] }
                """);
        }
        await tap.TakeAsync(300);
        await using var second = await app.StartAnotherAsync(new DateTimeOffset(2025, 8, 9, 0, 0, 0, TimeSpan.Zero));
        await using var third = await app.StartAnotherAsync(new DateTimeOffset(2025, 8, 9, 0, 0, 0, TimeSpan.Zero));

        foreach (var process in new[] { app, second, third }) process.Time.MoveTo(new DateTimeOffset(2025, 8, 10, 0, 0, 0, TimeSpan.Zero));

        var changes = await tap.TakeAsync(300);
        changes.Select(e => (e.DocumentNumber, e.Clause)).Distinct().Count().ShouldBe(300);
        changes.ShouldAllBe(e => e.Version == 2 && e.Status == ControlStatus.InForce);
        await NothingIsDueAsync(app);
        await tap.IsSilentAsync(app);
    }

    [Fact]
    public async Task A_process_whose_clock_runs_ahead_of_the_databases_announces_nothing_early()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var tap = await app.TapAsync();
        await app.RecordAsync(Clause("future", announced: "2090-01-01", from: "2090-02-01"));
        await app.RecordAsync(Clause("past", announced: "2025-07-01", from: "2025-08-01"));
        await tap.TakeAsync(2);
        await app.WithDbAsync(db => db.Database.ExecuteSqlAsync(
            $"UPDATE clauses SET next_boundary_at = now(), state_since = '2025-07-01' WHERE document_number = 'past'"));

        app.Time.MoveTo(new DateTimeOffset(2090, 3, 1, 0, 0, 0, TimeSpan.Zero));

        // The clock has looked, since it passed the other clause's boundary; the one that only its own clock reached still waits.
        await Eventually.IsTrueAsync(() => app.WithDbAsync(db => db.Clauses.AnyAsync(c => c.DocumentNumber == "past" && c.NextBoundaryAt == null)));
        (await app.WithDbAsync(db => db.Clauses.AnyAsync(c => c.DocumentNumber == "future" && c.Version == 1))).ShouldBeTrue();
    }

    [Fact]
    public async Task A_clause_that_a_correction_takes_out_before_its_day_of_announcement_is_withdrawn_and_holds_up_no_other()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2025, 7, 1, 0, 0, 0, TimeSpan.Zero));
        await using var tap = await app.TapAsync();
        await RecordThenTakeOutAsync(app);

        var changes = await tap.TakeAsync(3);
        (changes[2].Clause, changes[2].Status, changes[2].StateSince).ShouldBe(("2", ControlStatus.Withdrawn, new DateOnly(2025, 7, 1)));
        app.Time.MoveTo(new DateTimeOffset(2025, 8, 15, 0, 0, 0, TimeSpan.Zero));
        await IsInForceAsync(app, clause: "1");
    }

    [Fact]
    public async Task A_clause_taken_out_that_an_earlier_release_left_due_holds_up_no_other()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2025, 7, 1, 0, 0, 0, TimeSpan.Zero));
        await RecordThenTakeOutAsync(app);
        await app.WithDbAsync(db => db.Database.ExecuteSqlAsync(
            $"UPDATE clauses SET next_boundary_at = '2025-07-02Z', next_reminder_at = '2025-07-02Z', state_since = '2025-06-01' WHERE is_removed"));

        app.Time.MoveTo(new DateTimeOffset(2025, 8, 15, 0, 0, 0, TimeSpan.Zero));

        await IsInForceAsync(app, clause: "1");
        // Boundaries are told ahead after others have passed, in the same turn.
        await Eventually.IsTrueAsync(() => app.WithDbAsync(db => db.Clauses.AllAsync(c => c.IsRemoved || c.NextReminderAt == null || c.NextReminderAt > app.Time.GetUtcNow())));
    }

    /// <summary>A notice that is known a month before its day, with a clause that a correction leaves out.</summary>
    private static async Task RecordThenTakeOutAsync(ControlsApp app)
    {
        const string Kept = """{ "number": "1", "measure": "licensing", "minerals": ["tungsten"], "effectiveFrom": "2025-08-10", "effectiveUntil": "2025-12-31" }""";
        static string Notice(string clauses) => $$"""
            { "issuer": "CHN", "documentNumber": "n", "title": "n", "announcedOn": "2025-08-01", "confidence": "confirmed", "clauses": [{{clauses}}] }
            """;
        var id = (string)(await app.RecordAsync(Notice($"{Kept}, {Kept.Replace("\"1\"", "\"2\"", StringComparison.Ordinal)}")))["id"]!;
        var corrected = await app.PutAsync(id, Notice(Kept), "*");
        corrected.IsSuccessStatusCode.ShouldBeTrue(await corrected.Content.ReadAsStringAsync());
    }

    private static Task IsInForceAsync(ControlsApp app, string clause) => Eventually.IsTrueAsync(() => app.WithDbAsync(db =>
        db.Clauses.AnyAsync(c => c.Number == clause && c.Status == ControlStatus.InForce)));

    private static Task NothingIsDueAsync(ControlsApp app) => Eventually.IsTrueAsync(() => app.WithDbAsync(db =>
        db.Clauses.AllAsync(c => c.NextBoundaryAt == null || c.NextBoundaryAt > app.Time.GetUtcNow())));

    private static string Clause(string number, string announced, string from, string? until = null) => $$"""
        { "issuer": "CHN", "documentNumber": "{{number}}", "title": "{{number}}", "announcedOn": "{{announced}}", "confidence": "confirmed",
          "clauses": [{ "number": "1", "measure": "licensing", "minerals": ["tungsten"], "effectiveFrom": "{{from}}",
            "effectiveUntil": {{(until is null ? "null" : $"\"{until}\"")}} }] }
        """;
}
