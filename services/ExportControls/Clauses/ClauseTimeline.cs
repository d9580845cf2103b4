using System.Data;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Knowledge;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Clauses;

/// <summary>GET /timeline, every change of state past and scheduled, and GET /upcoming, the next of them with the days left.</summary>
internal static class ClauseTimeline
{
    private const int MostDays = 3660;

    public static void MapClauseTimeline(this IEndpointRouteBuilder controls)
    {
        controls.MapGet("/timeline", TimelineAsync)
            .WithName("Timeline").WithTags("Clauses").WithSummary("Every change of state, past and scheduled")
            .WithDescription(
                "In order of days. `isScheduled` tells those still to come after the day `on`, today in the issuer's time zone without it. "
                + "`knownOn`, a day or an instant, answers as it was known then.");
        controls.MapGet("/upcoming", UpcomingAsync)
            .WithName("Upcoming").WithTags("Clauses").WithSummary("The next changes of state, with the days left")
            .WithDescription(
                "Within `days`, 90 if not given, from the day `on`, today in the issuer's time zone without it. "
                + "`knownOn`, a day or an instant, answers as it was known then.");
    }

    private static Task<Page<StateChange>> TimelineAsync(
        [AsParameters] ClauseFilter filter, DateOnly? on, string? knownOn, PageRequest page,
        ControlsDbContext db, EarlierKnowledge earlier, TimeProvider time, CancellationToken cancellationToken)
    {
        var dayOf = IssuerDay.Asked(on, time.GetUtcNow());
        return knownOn is null
            ? ReadAsync(filter.Apply(db.Clauses.AsNoTracking()), db.Intervals.AsNoTracking(), page, dayOf, cancellationToken)
            : ReadAsKnownAsync(KnowledgeDate.Parse(knownOn), filter, db.Intervals.AsNoTracking(), _ => true, page, dayOf, db, earlier, cancellationToken);
    }

    private static Task<Page<StateChange>> UpcomingAsync(
        [AsParameters] ClauseFilter filter, DateOnly? on, string? knownOn, PageRequest page,
        ControlsDbContext db, EarlierKnowledge earlier, TimeProvider time, CancellationToken cancellationToken, int days = 90)
    {
        if (days is < 1 or > MostDays) throw ProblemException.Invalid("/days", $"Must be from 1 to {MostDays}.");
        var now = time.GetUtcNow();
        var dayOf = IssuerDay.Asked(on, now);
        var ahead = db.Intervals.AsNoTracking();
        if (on is { } asked)
        {
            var last = asked.AddDays(Math.Min(days, DateOnly.MaxValue.DayNumber - asked.DayNumber));
            ahead = ahead.Where(i => i.From > asked && i.From <= last);
        }
        else
        {
            var last = now.AddDays(days);
            ahead = ahead.Where(i => i.StartsAt > now && i.StartsAt <= last);
        }
        return knownOn is null
            ? ReadAsync(filter.Apply(db.Clauses.AsNoTracking()), ahead, page, dayOf, cancellationToken)
            : ReadAsKnownAsync(
                KnowledgeDate.Parse(knownOn), filter, ahead, change => change.DaysLeft > 0 && change.DaysLeft <= days, page, dayOf, db, earlier, cancellationToken);
    }

    private static async Task<Page<StateChange>> ReadAsync(
        IQueryable<ClauseRow> clauses, IQueryable<IntervalRow> intervals,
        PageRequest page, Func<string, DateOnly> dayOf, CancellationToken cancellationToken)
    {
        var found = Page.From(await ChangesAsync(clauses, intervals, page, page.After<Position>(), dayOf, cancellationToken), page, c => c.Position);
        return new Page<StateChange>([.. found.Items.Select(f => f.Change)], found.NextCursor);
    }

    private static async Task<List<(StateChange Change, Position Position)>> ChangesAsync(
        IQueryable<ClauseRow> clauses, IQueryable<IntervalRow> intervals,
        PageRequest page, Position? position, Func<string, DateOnly> dayOf, CancellationToken cancellationToken)
    {
        var changes =
            from clause in clauses
            join interval in intervals on clause.Id equals interval.ClauseId
            // In the order of ClausePosition, whatever the database's own order of text is.
            select new
            {
                Clause = clause,
                Interval = interval,
                Issuer = EF.Functions.Collate(clause.Issuer, "C"),
                DocumentNumber = EF.Functions.Collate(clause.DocumentNumber, "C"),
            };
        if (position is ({ } startsAt, { } after))
            changes = changes.Where(c => EF.Functions.GreaterThan(
                ValueTuple.Create(c.Interval.StartsAt, c.Issuer, c.DocumentNumber, c.Clause.Ordinal, c.Clause.Id),
                ValueTuple.Create(startsAt, after.Issuer, after.DocumentNumber, after.Ordinal, after.Id)));

        var rows = await (
            from change in changes
            orderby change.Interval.StartsAt, change.Issuer, change.DocumentNumber, change.Clause.Ordinal, change.Clause.Id
            select new
            {
                change.Clause,
                change.Interval,
                change.Clause.Notice.Document,
                Previous = change.Clause.Schedule.Where(i => i.From < change.Interval.From).OrderByDescending(i => i.From)
                    .Select(i => (ControlStatus?)i.Status).FirstOrDefault(),
            })
            .Take(page.Take).ToListAsync(cancellationToken);

        return [.. rows.Select(r => (
            StateChange.Of(
                r.Clause.NoticeId, r.Document, r.Document.Clauses.Single(c => c.Number == r.Clause.Number), r.Interval.AsKnown(), r.Previous,
                dayOf(r.Clause.Issuer)),
            new Position(r.Interval.StartsAt, new ClausePosition(r.Clause.Issuer, r.Clause.DocumentNumber, r.Clause.Ordinal, r.Clause.Id))))];
    }

    /// <summary>The settled clauses' changes as they are now, and those of what was something else then.</summary>
    private static async Task<Page<StateChange>> ReadAsKnownAsync(
        KnowledgeDate knownAt, ClauseFilter filter, IQueryable<IntervalRow> intervals, Func<StateChange, bool> isAsked,
        PageRequest page, Func<string, DateOnly> dayOf, ControlsDbContext db, EarlierKnowledge earlier, CancellationToken cancellationToken)
    {
        var (matches, after) = (filter.AsPredicate(), page.After<Position>());
        // In one moment, so that nothing is missed or doubled by moving from the one to the other.
        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var settled = await ChangesAsync(
            knownAt.Settled(filter.Apply(db.Clauses.AsNoTracking())), intervals, page,
            after is null ? null : after with { Clause = after.Clause with { Id = Guid.AllBitsSet } }, dayOf, cancellationToken);
        var first = new FirstInOrder<StateChange, Position>(page.Take, Position.Order);
        foreach (var (change, position) in settled) first.Add(change, position with { Clause = position.Clause with { Id = Guid.Empty } });
        var between = await earlier.BetweenAsync(knownAt, cancellationToken);
        await foreach (var clause in earlier.ClausesAsync(knownAt, between, cancellationToken))
        {
            if (!matches(clause.Reach)) continue;
            foreach (var (i, interval) in clause.Schedule.Index())
            {
                var change = StateChange.Of(
                    clause.NoticeId, clause.Document, clause.Clause, interval, i is 0 ? null : clause.Schedule[i - 1].Status, dayOf(clause.Document.Issuer));
                var position = new Position(IssuerDay.StartOf(clause.Document.Issuer, interval.From), clause.Position);
                if (isAsked(change) && (after is null || Position.Order.Compare(position, after) > 0)) first.Add(change, position);
            }
        }
        var found = Page.From(first.InOrder(), page, f => f.Position);
        return new Page<StateChange>([.. found.Items.Select(f => f.Item)], found.NextCursor);
    }

    private sealed record Position(DateTimeOffset StartsAt, ClausePosition Clause)
    {
        public static Comparer<Position> Order { get; } = Comparer<Position>.Create((a, b) =>
            a.StartsAt.CompareTo(b.StartsAt) is var order and not 0 ? order : ClausePosition.Order.Compare(a.Clause, b.Clause));
    }
}

/// <summary>A clause changes its status on a day.</summary>
internal sealed record StateChange
{
    /// <summary>The first day of the new status, in the issuer's time zone.</summary>
    public required DateOnly On { get; init; }

    public required bool IsScheduled { get; init; }

    /// <summary>From the day asked about; negative for the past.</summary>
    public required int DaysLeft { get; init; }

    public required Guid NoticeId { get; init; }
    public required string Issuer { get; init; }
    public required string DocumentNumber { get; init; }
    public required string Clause { get; init; }
    public required string Title { get; init; }
    public required Measure Measure { get; init; }
    public required IReadOnlyList<string> Minerals { get; init; }
    public required IReadOnlyList<string>? Destinations { get; init; }
    public required IReadOnlyList<string> ExcludedDestinations { get; init; }
    public required EndUse? EndUse { get; init; }

    /// <summary>Null where the clause begins.</summary>
    public required ControlStatus? PreviousStatus { get; init; }

    public required ControlStatus Status { get; init; }
    public required StatusBasis Basis { get; init; }
    public required Confidence Confidence { get; init; }
    public required IReadOnlyList<SourceReference> Sources { get; init; }

    /// <param name="previous">Null where the clause begins.</param>
    /// <param name="day">The day asked about.</param>
    public static StateChange Of(
        Guid noticeId, NoticeDocument notice, ClauseDocument clause, ControlInterval state, ControlStatus? previous, DateOnly day) => new()
    {
        On = state.From,
        IsScheduled = state.From > day,
        DaysLeft = state.From.DayNumber - day.DayNumber,
        NoticeId = noticeId,
        Issuer = notice.Issuer,
        DocumentNumber = notice.DocumentNumber,
        Clause = clause.Number,
        Title = notice.Title,
        Measure = clause.Measure,
        Minerals = ClauseScope.MineralsOf(clause),
        Destinations = clause.Destinations,
        ExcludedDestinations = clause.ExcludedDestinations,
        EndUse = clause.EndUse,
        PreviousStatus = previous,
        Status = state.Status,
        Basis = state.Basis,
        Confidence = notice.Confidence,
        Sources = notice.Sources,
    };
}
