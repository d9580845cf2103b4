using Chokepoint.Contracts;

namespace Chokepoint.ExportControls.Domain;

/// <summary>That a clause changes its status on a day is told so many days ahead.</summary>
/// <param name="On">First day of the next status, in the issuer's time zone.</param>
/// <param name="DueAt">The first instant of the day that lies <paramref name="LeadDays"/> before it.</param>
internal sealed record Reminder(DateOnly On, int LeadDays, DateTimeOffset DueAt, bool IsAnnounced);

/// <summary>
/// Which boundaries of a clause are told ahead, and when: 30, 7 and 1 days, once each. A lead time that had passed when a boundary
/// became known is left out, since the change that made it known is the news. A boundary that moves takes with it what was not told
/// yet; what was told stays on record, so that a boundary that moves back is not told twice.
/// </summary>
internal static class BoundaryReminders
{
    public static IReadOnlyList<int> LeadTimes { get; } = [30, 7, 1];

    /// <param name="known">As planned before.</param>
    /// <param name="today">In the issuer's time zone, at <paramref name="now"/>.</param>
    public static IReadOnlyList<Reminder> Plan(
        string issuer, IReadOnlyList<ControlInterval> schedule, IReadOnlyList<Reminder> known, DateOnly today, DateTimeOffset now)
    {
        var ahead = schedule.Select(i => i.From).Where(day => day > today).ToList();
        var kept = known.Where(r => r.On > today && (r.IsAnnounced || ahead.Contains(r.On))).ToList();
        var added =
            from day in ahead
            from lead in LeadTimes
            where !kept.Exists(r => r.On == day && r.LeadDays == lead)
            let due = IssuerDay.StartOf(issuer, day.AddDays(-lead))
            where due > now
            select new Reminder(day, lead, due, IsAnnounced: false);
        return [.. kept.Concat(added).OrderBy(r => r.On).ThenByDescending(r => r.LeadDays)];
    }

    /// <summary>
    /// Those to tell now, and the plan after that. Of several lead times of one boundary that fell due while the platform was off only
    /// the shortest is told, and none of a boundary that has passed.
    /// </summary>
    public static (IReadOnlyList<Reminder> Tell, IReadOnlyList<Reminder> Left) TakeDue(
        IReadOnlyList<Reminder> planned, DateOnly today, DateTimeOffset now)
    {
        var ahead = planned.Where(r => r.On > today).ToList();
        var due = ahead.Where(r => !r.IsAnnounced && r.DueAt <= now).ToList();
        return (
            [.. due.GroupBy(r => r.On).Select(boundary => boundary.MinBy(r => r.LeadDays)!).OrderBy(r => r.On)],
            [.. ahead.Select(r => due.Contains(r) ? r with { IsAnnounced = true } : r)]);
    }

    /// <summary>When the next is due; null when none is planned.</summary>
    public static DateTimeOffset? NextOf(IReadOnlyList<Reminder> planned) =>
        planned.Where(r => !r.IsAnnounced).Min(r => (DateTimeOffset?)r.DueAt);
}
