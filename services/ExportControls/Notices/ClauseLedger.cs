using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.Messaging;
using Chokepoint.Reference;

namespace Chokepoint.ExportControls.Notices;

/// <summary>
/// Brings clauses to what is known now, and says so to the platform where it is news. Its caller holds the rows' locks and saves.
/// </summary>
internal sealed class ClauseLedger(ControlsDbContext db, TimeProvider time)
{
    /// <summary>Rewrites the schedule of a clause from its document and every action on it; announces what changed.</summary>
    /// <param name="row">Tracked, its <see cref="ClauseRow.Schedule"/> loaded.</param>
    /// <param name="silent">History that ships with the platform is no news to subscribers.</param>
    public ClauseChange Restate(ClauseRow row, NoticeDocument notice, IReadOnlyList<ActionOnClause> actions, bool silent = false)
    {
        var clause = notice.Clauses.Single(c => c.Number == row.Number);
        var dates = new ClauseDates(notice.AnnouncedOn, clause.EffectiveFrom, clause.EffectiveUntil);
        row.Measure = clause.Measure;
        row.Minerals = [.. ClauseScope.MineralsOf(clause)];
        row.Destinations = clause.Destinations?.ToArray();
        row.ExcludedDestinations = [.. clause.ExcludedDestinations];
        row.EndUse = clause.EndUse;
        row.Quota = clause.Quota;
        row.Extraterritorial = clause.Extraterritorial;
        row.EffectiveFrom = clause.EffectiveFrom;
        row.EffectiveUntil = ClauseSchedule.EndOf(dates, actions);
        row.Confidence = notice.Confidence;
        row.Sources = notice.Sources;
        row.DateClaims = clause.DateClaims ?? [];
        row.IsRemoved = false;
        return Announce(row, notice, clause, ClauseSchedule.Of(dates, actions), silent);
    }

    /// <summary>A correction says that the clause never was: it is withdrawn on every day, and found no more.</summary>
    public ClauseChange Remove(ClauseRow row, NoticeDocument before, bool silent = false)
    {
        var clause = before.Clauses.Single(c => c.Number == row.Number);
        row.IsRemoved = true;
        var today = Economies.DayOf(row.Issuer, time.GetUtcNow());
        var from = before.AnnouncedOn < today ? before.AnnouncedOn : today; // it waits for no day, that of its announcement neither
        return Announce(row, before, clause, [new ControlInterval(from, null, ControlStatus.Withdrawn, StatusBasis.Notice)], silent);
    }

    /// <summary>
    /// Announces the next state of a clause, whose day has come. It is announced once, since the row moves on with it.
    /// </summary>
    public void PassBoundary(ClauseRow row, NoticeDocument notice)
    {
        var schedule = row.ScheduleAsKnown();
        if (schedule.Find(i => i.From > row.StateSince) is { } state)
            Announce(row, notice, notice.Clauses.Single(c => c.Number == row.Number), schedule, state, silent: false);
        row.NextBoundaryAt = NextBoundary(row, schedule);
    }

    /// <summary>Tells of the boundaries ahead whose lead time has come, each once, since the row keeps that they were told.</summary>
    public void Remind(ClauseRow row, NoticeDocument notice)
    {
        var now = time.GetUtcNow();
        var today = Economies.DayOf(row.Issuer, now);
        var schedule = row.ScheduleAsKnown();
        var clause = notice.Clauses.Single(c => c.Number == row.Number);
        var (tell, left) = BoundaryReminders.TakeDue(row.Reminders, today, now);
        foreach (var reminder in tell)
            db.Publish(ClauseStatement.Of(reminder, row, notice, clause, schedule, today, now));
        Plan(row, left);
    }

    private static void Plan(ClauseRow row, IReadOnlyList<Reminder> reminders)
    {
        row.Reminders = reminders;
        row.NextReminderAt = BoundaryReminders.NextOf(reminders);
    }

    private ClauseChange Announce(ClauseRow row, NoticeDocument notice, ClauseDocument clause, IReadOnlyList<ControlInterval> schedule, bool silent)
    {
        Write(row, schedule);
        var previous = row.Status;
        var now = time.GetUtcNow();
        var today = Economies.DayOf(row.Issuer, now);
        Plan(row, BoundaryReminders.Plan(row.Issuer, schedule, row.Reminders, today, now));
        var state = ClauseSchedule.On(schedule, today);
        var announced = Announce(row, notice, clause, schedule, state, silent);
        row.NextBoundaryAt = NextBoundary(row, schedule);
        return new ClauseChange(row, previous, state, announced);
    }

    private bool Announce(
        ClauseRow row, NoticeDocument notice, ClauseDocument clause, IReadOnlyList<ControlInterval> schedule, ControlInterval state, bool silent)
    {
        var statement = ClauseStatement.Of(row, notice, clause, schedule, state, time.GetUtcNow()) with { Silent = silent };
        var content = ClauseStatement.ContentOf(statement);
        row.StateSince = state.From;
        if (row.AnnouncedContent.AsSpan().SequenceEqual(content)) return false;
        row.AnnouncedContent = content;
        row.Version = statement.Version;
        row.Status = state.Status;
        db.Publish(statement);
        return true;
    }

    private static DateTimeOffset? NextBoundary(ClauseRow row, IReadOnlyList<ControlInterval> schedule) =>
        schedule.FirstOrDefault(i => i.From > row.StateSince) is { } next ? IssuerDay.StartOf(row.Issuer, next.From) : null;

    private static void Write(ClauseRow row, IReadOnlyList<ControlInterval> schedule)
    {
        row.Schedule.RemoveAll(stored => schedule.All(i => i.From != stored.From));
        foreach (var interval in schedule)
        {
            var endsAt = interval.Until is { } until ? IssuerDay.StartOf(row.Issuer, until.AddDays(1)) : (DateTimeOffset?)null;
            if (row.Schedule.Find(stored => stored.From == interval.From) is { } stored)
            {
                (stored.Until, stored.Status, stored.Basis, stored.EndsAt) = (interval.Until, interval.Status, interval.Basis, endsAt);
                continue;
            }
            row.Schedule.Add(new IntervalRow
            {
                ClauseId = row.Id,
                From = interval.From,
                Until = interval.Until,
                Status = interval.Status,
                Basis = interval.Basis,
                StartsAt = IssuerDay.StartOf(row.Issuer, interval.From),
                EndsAt = endsAt,
            });
        }
    }
}
