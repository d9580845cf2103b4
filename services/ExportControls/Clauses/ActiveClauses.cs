using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Knowledge;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ServiceDefaults;

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
        CurrentClauses current, EarlierKnowledge earlier, TimeProvider time, CancellationToken cancellationToken)
    {
        ControlStatus[] wanted = status is null ? Standing : [EnumNames.Parse<ControlStatus>("status", status)];
        if (knownOn is not null)
            return await AsKnownAsync(KnowledgeDate.Parse(knownOn), filter, on, wanted, page, current, earlier, time, cancellationToken);

        var (matches, after) = (filter.AsPredicate(), page.After<ClausePosition>());
        var clauses = await current.AsOfNowAsync(cancellationToken);
        var found = clauses.Find(matches, IssuerDay.Asked(on, time.GetUtcNow()), after).Where(f => wanted.Contains(f.State.Status)).Take(page.Take).ToList();
        var result = Page.From(found, page, f => f.Clause.Position);
        return new Page<ActiveClause>([.. result.Items.Select(f => f.Clause.Content.In(f.State))], result.NextCursor);
    }

    private static async Task<Page<ActiveClause>> AsKnownAsync(
        KnowledgeDate knownAt, ClauseFilter filter, DateOnly? on, ControlStatus[] wanted, PageRequest page,
        CurrentClauses current, EarlierKnowledge earlier, TimeProvider time, CancellationToken cancellationToken)
    {
        var after = page.After<ClausePosition>();
        var (matches, dayOf) = (filter.AsPredicate(), IssuerDay.Asked(on, time.GetUtcNow()));
        var clauses = await current.AsOfNowAsync(cancellationToken);
        var between = await earlier.BetweenAsync(knownAt, cancellationToken); // after the clauses: what moved meanwhile is put together here
        var apart = between.Select(n => n.Id).ToHashSet();
        // A position has no id here: a clause is told apart by its place, and before may have been in another row.
        using var settled = clauses.Find(matches, dayOf, after is null ? null : after with { Id = Guid.AllBitsSet })
            .Where(f => knownAt.Covers(f.Clause.SettledFrom, f.Clause.SettledDay) && wanted.Contains(f.State.Status) && !apart.Contains(f.Clause.Content.NoticeId))
            .Select(f => (Position: f.Clause.Position with { Id = Guid.Empty }, Clause: f.Clause.Content.In(f.State))).GetEnumerator();
        var isSettled = settled.MoveNext();
        var found = new List<(ClausePosition Position, ActiveClause Clause)>();
        await foreach (var clause in earlier.ClausesAsync(knownAt, between.SkipWhile(n => IsBefore(n, after)), cancellationToken))
        {
            for (; isSettled && ClausePosition.Order.Compare(settled.Current.Position, clause.Position) < 0 && found.Count < page.Take; isSettled = settled.MoveNext())
                found.Add(settled.Current);
            if (found.Count >= page.Take) break;
            var day = dayOf(clause.Document.Issuer);
            if ((after is not null && ClausePosition.Order.Compare(clause.Position, after) <= 0) || clause.Schedule[0].From > day || !matches(clause.Reach)) continue;
            var state = ClauseSchedule.On(clause.Schedule, day);
            if (wanted.Contains(state.Status)) found.Add((clause.Position, ActiveClause.Of(clause.NoticeId, clause.Document, clause.Clause, clause.End, state)));
        }
        for (; isSettled && found.Count < page.Take; isSettled = settled.MoveNext()) found.Add(settled.Current);
        var result = Page.From(found, page, f => f.Position);
        return new Page<ActiveClause>([.. result.Items.Select(f => f.Clause)], result.NextCursor);
    }

    private static bool IsBefore(NoticeName notice, ClausePosition? position) =>
        position is not null && ClausePosition.Order.Compare(new ClausePosition(notice.Issuer, notice.DocumentNumber, int.MaxValue, Guid.Empty), position) < 0;
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

    /// <summary>Where sources differ on the first or the last day: which day each gives. Empty where they do not.</summary>
    public required IReadOnlyList<DateClaim> DateClaims { get; init; }
    public required DateOnly StateSince { get; init; }
    public required StatusBasis Basis { get; init; }
    public required Confidence Confidence { get; init; }
    public required IReadOnlyList<SourceReference> Sources { get; init; }

    /// <summary>The same clause in another state.</summary>
    public ActiveClause In(ControlInterval state) => this with { Status = state.Status, StateSince = state.From, Basis = state.Basis };

    public static ActiveClause Of(ClauseRow clause, ControlInterval state) => new()
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
        DateClaims = clause.DateClaims,
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
        DateClaims = clause.DateClaims ?? [],
        StateSince = state.From,
        Basis = state.Basis,
        Confidence = notice.Confidence,
        Sources = notice.Sources,
    };
}
