using Chokepoint.Contracts;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Tests.Clock;

/// <summary>The days here lie in the past, as those of <see cref="BoundaryClockTests"/> do.</summary>
public class BoundaryRemindersTests(ServersFixture servers)
{
    [Fact]
    public async Task A_boundary_is_told_once_thirty_seven_and_one_days_ahead_and_then_passes()
    {
        await using var app = await ControlsApp.StartAsync(servers, Noon("2025-07-01"));
        await using var reminders = await app.TapRemindersAsync();
        await using var changes = await app.TapAsync();
        await app.RecordAsync(Suspension(until: "2025-09-30"));
        await changes.TakeAsync(1);

        var told = new List<ControlBoundaryApproaching>();
        foreach (var day in new[] { "2025-09-01", "2025-09-24", "2025-09-30" })
        {
            app.Time.MoveTo(Noon(day));
            told.AddRange(await reminders.TakeAsync(1));
        }
        app.Time.MoveTo(Noon("2025-10-01"));

        (await changes.TakeAsync(1)).Single().Status.ShouldBe(ControlStatus.Expired);
        told.Select(r => (r.LeadDays, r.DaysLeft)).ShouldBe([(30, 30), (7, 7), (1, 1)]);
        told.ShouldAllBe(r => r.On == new DateOnly(2025, 10, 1) && r.Status == ControlStatus.InForce && r.NextStatus == ControlStatus.Expired
            && r.Basis == StatusBasis.Schedule && r.DocumentNumber == "s" && r.At == new DateTimeOffset(2025, 9, 30, 23, 0, 0, TimeSpan.Zero));
        await reminders.IsSilentAsync(app);
    }

    [Fact]
    public async Task A_boundary_that_moves_is_told_by_its_new_day()
    {
        await using var app = await ControlsApp.StartAsync(servers, Noon("2025-07-01"));
        await using var reminders = await app.TapRemindersAsync();
        await app.RecordAsync(Suspension(until: "2025-09-30"));
        app.Time.MoveTo(Noon("2025-09-02"));
        (await reminders.TakeAsync(1)).Single().LeadDays.ShouldBe(30);
        await app.RecordAsync("""
            { "issuer": "COD", "documentNumber": "e", "title": "Extension", "announcedOn": "2025-09-05", "confidence": "confirmed",
              "actions": [{"action": "extend", "target": {"issuer": "COD", "documentNumber": "s"}, "from": "2025-10-01", "until": "2025-10-31"}] }
            """);

        app.Time.MoveTo(Noon("2025-10-05")); // past 24 and 30 September, the former boundary's, and 2 October, the new one's

        var told = (await reminders.TakeAsync(1)).Single();
        (told.On, told.LeadDays, told.DaysLeft).ShouldBe((new DateOnly(2025, 11, 1), 30, 27));
        await reminders.IsSilentAsync(app);
    }

    [Fact]
    public async Task Switched_off_over_boundaries_and_lead_times_two_processes_started_after_it_tell_each_once_and_in_order()
    {
        const int Clauses = 60;
        var before = await ControlsApp.StartAsync(servers, Noon("2025-07-01"));
        await using (before)
        {
            await using var first = await before.TapAsync();
            var clauses = string.Join(',', Enumerable.Range(1, Clauses).Select(c => $$"""
                {"number": "{{c}}", "measure": "quota", "minerals": ["cobalt"], "effectiveFrom": "2025-08-01", "effectiveUntil": "2025-09-30"}
                """));
            await before.RecordAsync($$"""
                { "issuer": "COD", "documentNumber": "q", "title": "Quota", "announcedOn": "2025-07-01", "confidence": "confirmed", "clauses": [{{clauses}}] }
                """);
            (await first.TakeAsync(Clauses)).ShouldAllBe(e => e.Version == 1);
        }

        // Off from 1 July to 25 September: past the beginning, and past the lead times of 30 and 7 days before the end.
        var both = await Task.WhenAll(before.StartAnotherAsync(Noon("2025-09-25")), before.StartAnotherAsync(Noon("2025-09-25")));
        await using var one = both[0];
        await using var other = both[1];
        await using var changes = await one.TapAsync();
        await using var reminders = await one.TapRemindersAsync();
        (await changes.TakeAsync(Clauses)).ShouldAllBe(e => e.Version == 2 && e.Status == ControlStatus.InForce);
        var told = await reminders.TakeAsync(Clauses);
        told.ShouldAllBe(r => r.LeadDays == 7 && r.DaysLeft == 6 && r.Status == ControlStatus.InForce);
        told.Select(r => r.Clause).Distinct(StringComparer.Ordinal).Count().ShouldBe(Clauses);

        foreach (var process in both) process.Time.MoveTo(Noon("2025-10-02"));
        (await changes.TakeAsync(Clauses)).ShouldAllBe(e => e.Version == 3 && e.Status == ControlStatus.Expired);
        await Eventually.IsTrueAsync(() => one.WithDbAsync(db => db.Clauses.AllAsync(c => c.NextReminderAt == null)));
        await changes.IsSilentAsync(one);
        await reminders.IsSilentAsync(one);
    }

    private static DateTimeOffset Noon(string day) => new(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture), new TimeOnly(12, 0), TimeSpan.Zero);

    private static string Suspension(string until) => $$"""
        { "issuer": "COD", "documentNumber": "s", "title": "Suspension", "announcedOn": "2025-07-01", "confidence": "confirmed",
          "clauses": [{ "number": "1", "measure": "suspension", "minerals": ["cobalt"], "effectiveFrom": "2025-07-01", "effectiveUntil": "{{until}}" }] }
        """;
}
