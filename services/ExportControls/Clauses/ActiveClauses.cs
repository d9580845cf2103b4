using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Knowledge;
using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Clauses;

/// <summary>GET /active: the clauses that stand on a day, with what each is that day.</summary>
internal static class ActiveClauses
{
    private static readonly ControlStatus[] Standing =
        [ControlStatus.Announced, ControlStatus.InForce, ControlStatus.SuspendedBeforeEffect, ControlStatus.Suspended];

    public static void MapActiveClauses(this IEndpointRouteBuilder controls) => controls.MapGet("/active", HandleAsync)
        .WithName("ActiveClauses").WithTags("Clauses")
        .WithSummary("The clauses that stand on a day")
        .WithDescription(
            "On any day, past or to come; without `on`, today in each issuer's time zone. Announced and suspended clauses come with "
            + "their status; `status` narrows to one, and also finds expired, superseded and withdrawn ones. `knownOn`, a day or an "
            + "instant, answers as it was known then.");

    private static async Task<Page<ActiveClause>> HandleAsync(
        [AsParameters] ClauseFilter filter, DateOnly? on, string? status, string? knownOn, PageRequest page,
        ControlsDbContext db, EarlierKnowledge earlier, TimeProvider time, CancellationToken cancellationToken)
    {
        ControlStatus[] wanted = status is null ? Standing : [EnumNames.Parse<ControlStatus>("status", status)];
        if (knownOn is not null)
            return await AsKnownAsync(KnowledgeDate.Parse(knownOn), filter, on, wanted, page, earlier, time, cancellationToken);
        var clauses = filter.Apply(db.Clauses.AsNoTracking());
        if (page.After<Position>() is { } after)
            clauses = clauses.Where(c => EF.Functions.GreaterThan(
                ValueTuple.Create(c.Issuer, c.DocumentNumber, c.Ordinal, c.Id),
                ValueTuple.Create(after.Issuer, after.DocumentNumber, after.Ordinal, after.Id)));

        var intervals = db.Intervals.AsNoTracking().On(on, time.GetUtcNow());
        var rows = await (
            from clause in clauses
            join interval in intervals on clause.Id equals interval.ClauseId
            where wanted.Contains(interval.Status)
            orderby clause.Issuer, clause.DocumentNumber, clause.Ordinal, clause.Id
            select new { Clause = clause, Interval = interval }).Take(page.Take).ToListAsync(cancellationToken);

        var found = Page.From(rows, page, r => new Position(r.Clause.Issuer, r.Clause.DocumentNumber, r.Clause.Ordinal, r.Clause.Id));
        return new Page<ActiveClause>(
            [.. found.Items.Select(r => ActiveClause.Of(r.Clause, r.Interval))],
            found.NextCursor);
    }

    private static async Task<Page<ActiveClause>> AsKnownAsync(
        KnowledgeDate knownAt, ClauseFilter filter, DateOnly? on, ControlStatus[] wanted, PageRequest page,
        EarlierKnowledge earlier, TimeProvider time, CancellationToken cancellationToken)
    {
        var after = page.After<KnownPosition>() ?? new KnownPosition("", "", -1);
        var matches = filter.AsPredicate();
        var known = await earlier.ActionsAsync(knownAt, cancellationToken);
        var found = new List<(KnownPosition Position, ActiveClause Clause)>();
        await foreach (var notice in earlier.NoticesAsync(knownAt, after.Issuer, after.DocumentNumber).WithCancellation(cancellationToken))
        {
            var document = notice.Document;
            var day = on ?? Economies.DayOf(document.Issuer, time.GetUtcNow());
            foreach (var (ordinal, (clause, end, schedule)) in known.Of(document).Index())
            {
                var isAfter = document.Issuer != after.Issuer || document.DocumentNumber != after.DocumentNumber || ordinal > after.Ordinal;
                if (!isAfter || schedule[0].From > day || !matches(document, clause)) continue;
                var state = ClauseSchedule.On(schedule, day);
                if (wanted.Contains(state.Status))
                    found.Add((new(document.Issuer, document.DocumentNumber, ordinal), ActiveClause.Of(notice.NoticeId, document, clause, end, state)));
            }
            if (found.Count >= page.Take) break;
        }
        var result = Page.From([.. found.Take(page.Take)], page, f => f.Position);
        return new Page<ActiveClause>([.. result.Items.Select(f => f.Clause)], result.NextCursor);
    }

    /// <summary>The intervals that hold a day; without one, those that hold this instant, whatever day that is for their issuer.</summary>
    internal static IQueryable<IntervalRow> On(this IQueryable<IntervalRow> intervals, DateOnly? day, DateTimeOffset now) => day is { } asked
        ? intervals.Where(i => i.From <= asked && (i.Until == null || i.Until >= asked))
        : intervals.Where(i => i.StartsAt <= now && (i.EndsAt == null || i.EndsAt > now));

    private sealed record KnownPosition(string Issuer, string DocumentNumber, int Ordinal);

    private sealed record Position(string Issuer, string DocumentNumber, int Ordinal, Guid Id);
}

/// <summary>A clause on a day.</summary>
internal sealed record ActiveClause
{
    public required Guid NoticeId { get; init; }
    public required string Issuer { get; init; }
    public required string DocumentNumber { get; init; }
    public required string Clause { get; init; }
    public required Measure Measure { get; init; }

    /// <summary>False for customs blockages, entity listings and statements, which are recorded but are no legal measures on goods.</summary>
    public required bool IsLegalMeasure { get; init; }

    public required ControlStatus Status { get; init; }

    /// <summary>Slugs, groups resolved to their members.</summary>
    public required IReadOnlyList<string> Minerals { get; init; }

    public required IReadOnlyList<string>? Destinations { get; init; }
    public required IReadOnlyList<string> ExcludedDestinations { get; init; }
    public required EndUse? EndUse { get; init; }
    public required QuotaTerms? Quota { get; init; }

    /// <summary>Set where it acts on goods made abroad.</summary>
    public required ExtraterritorialRule? Extraterritorial { get; init; }
    public required DateOnly EffectiveFrom { get; init; }
    public required DateOnly? EffectiveUntil { get; init; }
    public required DateOnly StateSince { get; init; }
    public required StatusBasis Basis { get; init; }
    public required Confidence Confidence { get; init; }
    public required IReadOnlyList<SourceReference> Sources { get; init; }

    public static ActiveClause Of(ClauseRow clause, IntervalRow state) => new()
    {
        NoticeId = clause.NoticeId,
        Issuer = clause.Issuer,
        DocumentNumber = clause.DocumentNumber,
        Clause = clause.Number,
        Measure = clause.Measure,
        IsLegalMeasure = ClauseScope.IsLegalMeasure(clause.Measure),
        Status = state.Status,
        Minerals = clause.Minerals,
        Destinations = clause.Destinations,
        ExcludedDestinations = clause.ExcludedDestinations,
        EndUse = clause.EndUse,
        Quota = clause.Quota,
        Extraterritorial = clause.Extraterritorial,
        EffectiveFrom = clause.EffectiveFrom,
        EffectiveUntil = clause.EffectiveUntil,
        StateSince = state.From,
        Basis = state.Basis,
        Confidence = clause.Confidence,
        Sources = clause.Sources,
    };

    public static ActiveClause Of(Guid noticeId, NoticeDocument notice, ClauseDocument clause, DateOnly? end, ControlInterval state) => new()
    {
        NoticeId = noticeId,
        Issuer = notice.Issuer,
        DocumentNumber = notice.DocumentNumber,
        Clause = clause.Number,
        Measure = clause.Measure,
        IsLegalMeasure = ClauseScope.IsLegalMeasure(clause.Measure),
        Status = state.Status,
        Minerals = ClauseScope.MineralsOf(clause),
        Destinations = clause.Destinations,
        ExcludedDestinations = clause.ExcludedDestinations,
        EndUse = clause.EndUse,
        Quota = clause.Quota,
        Extraterritorial = clause.Extraterritorial,
        EffectiveFrom = clause.EffectiveFrom,
        EffectiveUntil = end,
        StateSince = state.From,
        Basis = state.Basis,
        Confidence = notice.Confidence,
        Sources = notice.Sources,
    };
}
