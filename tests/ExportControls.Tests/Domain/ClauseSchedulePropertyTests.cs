using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Tests.Domain;

/// <summary>What holds for every clause, on a thousand clauses made up from a fixed seed.</summary>
public class ClauseSchedulePropertyTests
{
    private static readonly DateOnly Start = new(2024, 1, 1);

    [Fact]
    public void A_schedule_covers_every_day_from_the_announcement_once_and_changes_status_at_every_boundary()
    {
        foreach (var (dates, actions) in Clauses(1000))
        {
            var schedule = ClauseSchedule.Of(dates, actions);
            schedule[0].From.ShouldBe(dates.AnnouncedOn);
            schedule[^1].Until.ShouldBeNull();
            foreach (var (before, after) in schedule.Zip(schedule.Skip(1)))
            {
                after.From.ShouldBe(before.Until!.Value.AddDays(1));
                after.Status.ShouldNotBe(before.Status);
            }
        }
    }

    [Fact]
    public void Status_is_a_function_of_the_day_whatever_order_the_actions_came_in()
    {
        var random = new Random(2);
        foreach (var (dates, actions) in Clauses(1000))
        {
            var shuffled = actions.ToArray();
            random.Shuffle(shuffled);
            ClauseSchedule.Of(dates, shuffled).ShouldBe(ClauseSchedule.Of(dates, actions));
        }
    }

    [Fact]
    public void A_clause_acts_only_between_its_first_and_last_day_and_never_while_suspended()
    {
        foreach (var (dates, actions) in Clauses(1000))
        {
            var schedule = ClauseSchedule.Of(dates, actions);
            var end = ClauseSchedule.EndOf(dates, actions);
            var suspensions = ClauseSchedule.SuspensionsOf(dates, actions);
            for (var day = dates.AnnouncedOn; day < Start.AddDays(500); day = day.AddDays(1))
            {
                if (ClauseSchedule.On(schedule, day).Status is not ControlStatus.InForce) continue;
                day.ShouldBeGreaterThanOrEqualTo(dates.EffectiveFrom);
                (end < day).ShouldBeFalse();
                suspensions.Any(s => s.Holds(day)).ShouldBeFalse();
            }
        }
    }

    private static IEnumerable<(ClauseDates Dates, ActionOnClause[] Actions)> Clauses(int count)
    {
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            var announced = Start.AddDays(random.Next(100));
            var from = announced.AddDays(random.Next(60));
            DateOnly? until = random.Next(2) == 0 ? null : from.AddDays(random.Next(200));
            var actions = Enumerable.Range(0, random.Next(5)).Select(_ =>
            {
                var kind = (ActionKind)random.Next(random.Next(3) == 0 ? 5 : 2);
                var start = announced.AddDays(random.Next(200));
                return new ActionOnClause(kind, start, random.Next(3) == 0 ? null : start.AddDays(random.Next(90)));
            });
            // A suspension prolonged twice: the second prolongs what the first left, whichever came first.
            var paused = announced.AddDays(random.Next(100));
            ActionOnClause[] prolonged = i % 3 is not 0 ? [] :
            [
                new(ActionKind.Extend, paused.AddDays(35), paused.AddDays(60)), new(ActionKind.Suspend, paused, paused.AddDays(20)),
                new(ActionKind.Extend, paused.AddDays(10), paused.AddDays(40)),
            ];
            yield return (new ClauseDates(announced, from, until), [.. actions, .. prolonged]);
        }
    }
}
