using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.Reference;
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
            .WithDescription("In order of days. `isScheduled` tells those still to come.");
        controls.MapGet("/upcoming", UpcomingAsync)
            .WithName("Upcoming").WithTags("Clauses").WithSummary("The next changes of state, with the days left")
            .WithDescription("Within `days` from today in the issuer's time zone, 90 if not given.");
    }

    private static Task<Page<StateChange>> TimelineAsync(
        [AsParameters] ClauseFilter filter, PageRequest page, ControlsDbContext db, TimeProvider time, CancellationToken cancellationToken) =>
        ReadAsync(filter.Apply(db.Clauses.AsNoTracking()), db.Intervals.AsNoTracking(), page, time.GetUtcNow(), cancellationToken);

    private static Task<Page<StateChange>> UpcomingAsync(
        [AsParameters] ClauseFilter filter, PageRequest page, ControlsDbContext db, TimeProvider time, CancellationToken cancellationToken, int days = 90)
    {
        if (days is < 1 or > MostDays) throw ProblemException.Invalid("/days", $"Must be from 1 to {MostDays}.");
        var now = time.GetUtcNow();
        var last = now.AddDays(days);
        var ahead = db.Intervals.AsNoTracking().Where(i => i.StartsAt > now && i.StartsAt <= last);
        return ReadAsync(filter.Apply(db.Clauses.AsNoTracking()), ahead, page, now, cancellationToken);
    }

    private static async Task<Page<StateChange>> ReadAsync(
        IQueryable<ClauseRow> clauses, IQueryable<IntervalRow> intervals,
        PageRequest page, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var changes =
            from clause in clauses
            join interval in intervals on clause.Id equals interval.ClauseId
            select new { Clause = clause, Interval = interval };
        if (page.After<Position>() is { } after)
            changes = changes.Where(c => EF.Functions.GreaterThan(
                ValueTuple.Create(c.Interval.StartsAt, c.Clause.Issuer, c.Clause.DocumentNumber, c.Clause.Ordinal, c.Clause.Id),
                ValueTuple.Create(after.StartsAt, after.Issuer, after.DocumentNumber, after.Ordinal, after.Clause)));

        var rows = await (
            from change in changes
            orderby change.Interval.StartsAt, change.Clause.Issuer, change.Clause.DocumentNumber, change.Clause.Ordinal, change.Clause.Id
            select new Row(
                change.Clause, change.Interval, change.Clause.Notice.Document,
                change.Clause.Schedule.Where(i => i.From < change.Interval.From).OrderByDescending(i => i.From)
                    .Select(i => (ControlStatus?)i.Status).FirstOrDefault()))
            .Take(page.Take).ToListAsync(cancellationToken);

        var found = Page.From(rows, page, r => new Position(
            r.Interval.StartsAt, r.Clause.Issuer, r.Clause.DocumentNumber, r.Clause.Ordinal, r.Clause.Id));
        return new Page<StateChange>([.. found.Items.Select(r => StateChange.Of(r, now))], found.NextCursor);
    }

    internal sealed record Row(ClauseRow Clause, IntervalRow Interval, Domain.NoticeDocument Document, ControlStatus? Previous);

    private sealed record Position(DateTimeOffset StartsAt, string Issuer, string DocumentNumber, int Ordinal, Guid Clause);
}

/// <summary>A clause changes its status on a day.</summary>
internal sealed record StateChange
{
    /// <summary>The first day of the new status, in the issuer's time zone.</summary>
    public required DateOnly On { get; init; }

    public required bool IsScheduled { get; init; }

    /// <summary>Negative for the past.</summary>
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

    public static StateChange Of(ClauseTimeline.Row row, DateTimeOffset now)
    {
        var today = Economies.DayOf(row.Clause.Issuer, now);
        var clause = row.Document.Clauses.Single(c => c.Number == row.Clause.Number);
        return new StateChange
        {
            On = row.Interval.From,
            IsScheduled = row.Interval.From > today,
            DaysLeft = row.Interval.From.DayNumber - today.DayNumber,
            NoticeId = row.Clause.NoticeId,
            Issuer = row.Clause.Issuer,
            DocumentNumber = row.Clause.DocumentNumber,
            Clause = row.Clause.Number,
            Title = row.Document.Title,
            Measure = clause.Measure,
            Minerals = row.Clause.Minerals,
            Destinations = clause.Destinations,
            ExcludedDestinations = clause.ExcludedDestinations,
            EndUse = clause.EndUse,
            PreviousStatus = row.Previous,
            Status = row.Interval.Status,
            Basis = row.Interval.Basis,
            Confidence = row.Document.Confidence,
            Sources = row.Document.Sources,
        };
    }
}
