using System.Runtime.InteropServices;
using Chokepoint.Contracts;

namespace Chokepoint.ExportControls.Domain;

/// <summary>The days that a clause itself states.</summary>
internal sealed record ClauseDates(DateOnly AnnouncedOn, DateOnly EffectiveFrom, DateOnly? EffectiveUntil);

/// <summary>An action on one clause, with its target already resolved.</summary>
/// <param name="Yields">It stands in a shipped notice, and gives way to what an operator recorded.</param>
internal sealed record ActionOnClause(ActionKind Kind, DateOnly From, DateOnly? Until, bool Yields = false);

/// <summary>
/// Status as a function of the day: what a clause is on any day from its announcement on, from its own dates and the actions known.
/// The order in which the actions became known plays no part.
/// </summary>
internal static class ClauseSchedule
{
    /// <summary>The clause's days in order and without gaps; the last interval is open.</summary>
    public static IReadOnlyList<ControlInterval> Of(ClauseDates dates, IEnumerable<ActionOnClause> actions)
    {
        var life = ClauseLife.Of(dates, ActionRules.Effective(dates, [.. actions]));
        var intervals = new List<ControlInterval>();
        var acted = false;
        foreach (var day in life.Boundaries())
        {
            var status = life.StatusOn(day, acted);
            acted |= status is ControlStatus.InForce;
            var basis = life.BasisOf(status, day);
            if (intervals.Count > 0)
            {
                var last = intervals[^1];
                if (last.Status == status)
                {
                    // A document that states what a schedule had implied makes it stated.
                    if (basis is StatusBasis.Notice) intervals[^1] = last with { Basis = basis };
                    continue;
                }
                intervals[^1] = last with { Until = day.AddDays(-1) };
            }
            intervals.Add(new ControlInterval(day, null, status, basis));
        }
        return intervals;
    }

    /// <summary>The interval that holds a day. A notice known before the day it is announced for is announced until then.</summary>
    public static ControlInterval On(IReadOnlyList<ControlInterval> schedule, DateOnly day) =>
        schedule.LastOrDefault(i => i.From <= day)
        ?? new ControlInterval(day, schedule[0].From.AddDays(-1), ControlStatus.Announced, StatusBasis.Notice);

    /// <summary>The clause's last day as known now: its own, or a later one that an action set; null has no end.</summary>
    public static DateOnly? EndOf(ClauseDates dates, IEnumerable<ActionOnClause> actions) => 
        ClauseLife.Of(dates, ActionRules.Effective(dates, [.. actions])).End;

    /// <summary>The stretches of suspension known, each ended by a resumption or prolonged by an extension where there was one.</summary>
    public static IReadOnlyList<DayRange> SuspensionsOf(ClauseDates dates, IEnumerable<ActionOnClause> actions) =>
        ClauseLife.Of(dates, [.. actions]).Suspensions;
}

/// <summary>Days from one to another, both inclusive; a null end is open.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DayRange(DateOnly From, DateOnly? Until)
{
    public bool Holds(DateOnly day) => From <= day && !(Until < day);

    public bool Overlaps(DayRange other) => !(Until < other.From) && !(other.Until < From);

    public bool IsEmpty => Until < From;
}
