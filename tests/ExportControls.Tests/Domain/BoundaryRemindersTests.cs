using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Tests.Domain;

public class BoundaryRemindersTests
{
    private static readonly ControlInterval[] Ending = Until(new DateOnly(2026, 3, 31));

    [Fact]
    public void A_boundary_is_told_thirty_seven_and_one_days_ahead_from_the_issuers_midnight() =>
        Plan(Ending, [], "2026-01-01").Select(r => $"{r.On:O} {r.LeadDays} {r.DueAt:u}").ShouldBe(
        [
            "2026-04-01 30 2026-03-01 16:00:00Z",
            "2026-04-01 7 2026-03-24 16:00:00Z",
            "2026-04-01 1 2026-03-30 16:00:00Z",
        ]);

    [Fact]
    public void A_lead_time_that_had_passed_when_the_boundary_became_known_is_left_out() =>
        Plan(Ending, [], "2026-03-20").Select(r => r.LeadDays).ShouldBe([7, 1]);

    [Fact]
    public void Planning_again_changes_nothing_even_when_one_is_overdue()
    {
        var planned = Plan(Ending, [], "2026-01-01");
        Plan(Ending, planned, "2026-03-10").ShouldBe(planned);
    }

    [Fact]
    public void Each_is_taken_once_on_its_day()
    {
        var planned = Plan(Ending, [], "2026-01-01");
        var told = new List<string>();
        for (var day = new DateOnly(2026, 1, 1); day < new DateOnly(2026, 5, 1); day = day.AddDays(1))
        {
            var (tell, left) = BoundaryReminders.TakeDue(planned, day, Midnight(day));
            told.AddRange(tell.Select(r => $"{day:O} {r.LeadDays}"));
            planned = Plan(Ending, left, day);
        }
        told.ShouldBe(["2026-03-02 30", "2026-03-25 7", "2026-03-31 1"]);
        planned.ShouldBeEmpty();
    }

    [Fact]
    public void Of_several_missed_only_the_shortest_is_told_and_none_of_a_boundary_that_has_passed()
    {
        var planned = Plan(Ending, [], "2026-01-01");
        var (tell, left) = BoundaryReminders.TakeDue(planned, new(2026, 3, 28), Midnight(new(2026, 3, 28)));
        tell.Select(r => r.LeadDays).ShouldBe([7]);
        BoundaryReminders.NextOf(left).ShouldBe(Midnight(new(2026, 3, 31)));

        (tell, left) = BoundaryReminders.TakeDue(planned, new(2026, 4, 1), Midnight(new(2026, 4, 1)));
        tell.ShouldBeEmpty();
        left.ShouldBeEmpty();
    }

    [Fact]
    public void A_boundary_that_moves_takes_what_was_not_told_along_and_one_that_moves_back_is_not_told_twice()
    {
        var (_, told) = BoundaryReminders.TakeDue(Plan(Ending, [], "2026-01-01"), new(2026, 3, 5), Midnight(new(2026, 3, 5)));
        var moved = Plan(Until(new DateOnly(2026, 6, 30)), told, "2026-03-06");
        moved.Where(r => !r.IsAnnounced).Select(r => (r.On.Month, r.LeadDays)).ShouldBe([(7, 30), (7, 7), (7, 1)]);
        var back = Plan(Ending, moved, "2026-03-07");
        back.Where(r => !r.IsAnnounced).Select(r => (r.On.Month, r.LeadDays)).ShouldBe([(4, 7), (4, 1)]);
    }

    private static ControlInterval[] Until(DateOnly end) =>
    [
        new(new(2025, 1, 1), end, ControlStatus.InForce, StatusBasis.Notice),
        new(end.AddDays(1), null, ControlStatus.Expired, StatusBasis.Schedule),
    ];

    private static IReadOnlyList<Reminder> Plan(ControlInterval[] schedule, IReadOnlyList<Reminder> known, string today) =>
        Plan(schedule, known, DateOnly.Parse(today, System.Globalization.CultureInfo.InvariantCulture));

    private static IReadOnlyList<Reminder> Plan(ControlInterval[] schedule, IReadOnlyList<Reminder> known, DateOnly today) =>
        BoundaryReminders.Plan("CHN", schedule, known, today, Midnight(today));

    private static DateTimeOffset Midnight(DateOnly day) => IssuerDay.StartOf("CHN", day);
}
