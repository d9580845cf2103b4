using System.Data;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Clauses;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Knowledge;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Notices;

/// <summary>GET /notices: the latest announced first, narrowed by what any one clause of them is.</summary>
internal static class ListNotices
{
    public static void MapListNotices(this IEndpointRouteBuilder notices) => notices.MapGet("/", HandleAsync)
        .WithName("ListNotices").WithTags("Notices").WithSummary("Notices, the latest announced first")
        .WithDescription(
            "A notice is found when one of its clauses meets every condition; `status`, as asked and as answered, is that of the day `on`, today without it. "
            + "`documentNumber`, with `issuer`, finds the notice of that number in whatever spelling. "
            + "`knownOn`, a day or an instant, answers with the wordings and the schedules known then.");

    private static async Task<Page<NoticeResource>> HandleAsync(
        [AsParameters] ClauseFilter filter, string? documentNumber, string? status, DateOnly? on, string? knownOn, PageRequest page,
        ControlsDbContext db, EarlierKnowledge earlier, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        ControlStatus? wantedStatus = status is null ? null : EnumNames.Parse<ControlStatus>("status", status);
        var number = documentNumber is null ? null : NumberAsked.Of(filter.Issuer, documentNumber);
        KnowledgeDate? knownAt = knownOn is null ? null : KnowledgeDate.Parse(knownOn);
        // In one moment, so that a notice is read with its own clauses, and what moves from the settled to the rest is neither missed nor doubled.
        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        if (knownAt is not null) return await AsKnownAsync(knownAt, filter, number, wantedStatus, on, page, db, earlier, now, cancellationToken);
        var rows = await RowsAsync(db.Notices.AsNoTracking(), filter, number, wantedStatus, on, page, db, now, cancellationToken);
        var found = Page.From(rows, page, n => new Position(n.AnnouncedOn, n.Id));
        return new Page<NoticeResource>([.. found.Items.Select(n => NoticeResource.Of(n, now, on))], found.NextCursor);
    }

    private static async Task<List<NoticeRow>> RowsAsync(
        IQueryable<NoticeRow> notices, ClauseFilter filter, NumberAsked? number, ControlStatus? status, DateOnly? on, PageRequest page,
        ControlsDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (filter.Issuer is { } issuer) notices = notices.Where(n => n.Issuer == issuer);
        if (number is not null) notices = number.Apply(notices, db.Notices);
        if (!filter.NamesNoClause || status is not null || on is not null)
        {
            // Notices without clauses, which only act on others', are left out here.
            var clauses = filter.Apply(db.Clauses);
            var intervals = HoldingDay(db.Intervals, on, now);
            if (status is { } wanted)
            {
                clauses = clauses.Where(c => intervals.Any(i => i.ClauseId == c.Id && i.Status == wanted));
            }
            else if (on is not null)
            {
                clauses = clauses.Where(c => intervals.Any(i => i.ClauseId == c.Id));
            }
            notices = notices.Where(n => clauses.Any(c => c.NoticeId == n.Id));
        }
        else if (!filter.IsEmpty)
        {
            filter.Apply(db.Clauses); // an issuer that is not known is refused here too
        }
        if (page.After<Position>() is { } after)
            notices = notices.Where(n => EF.Functions.LessThan(
                ValueTuple.Create(n.AnnouncedOn, n.Id), ValueTuple.Create(after.AnnouncedOn, after.Id)));

        return await notices.OrderByDescending(n => n.AnnouncedOn).ThenByDescending(n => n.Id).Take(page.Take)
            .Include(n => n.Clauses).ThenInclude(c => c.Schedule).AsSplitQuery().ToListAsync(cancellationToken);
    }

    /// <summary>The settled notices as they are now, and what was something else then.</summary>
    private static async Task<Page<NoticeResource>> AsKnownAsync(
        KnowledgeDate knownAt, ClauseFilter filter, NumberAsked? number, ControlStatus? status, DateOnly? on, PageRequest page,
        ControlsDbContext db, EarlierKnowledge earlier, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (matches, dayOf) = (filter.AsPredicate(), IssuerDay.Asked(on, now));
        var after = page.After<Position>();
        var settled = await RowsAsync(knownAt.Settled(db.Notices.AsNoTracking()), filter, number, status, on, page, db, now, cancellationToken);
        var first = new FirstInOrder<NoticeResource, Position>(page.Take, Position.Order);
        foreach (var row in settled) first.Add(NoticeResource.Of(row, now, on), new Position(row.AnnouncedOn, row.Id));

        var between = await earlier.BetweenAsync(knownAt, cancellationToken);
        var named = number is null ? null : (await number.Apply(db.Notices, db.Notices).Select(n => n.Id).ToListAsync(cancellationToken)).ToHashSet();
        var wordings = await earlier.WordingsAsync(knownAt, [.. between.Where(n => named?.Contains(n.Id) is not false)], cancellationToken);
        var known = await earlier.ActionsAsync(knownAt, [.. wordings.Select(w => w.Document.DocumentNumber)], cancellationToken);
        var ids = wordings.Select(w => w.NoticeId).ToArray();
        var notices = await db.Notices.AsNoTracking().Where(n => ids.Contains(n.Id)).ToDictionaryAsync(n => n.Id, cancellationToken);
        foreach (var wording in wordings)
        {
            var position = new Position(wording.Document.AnnouncedOn, wording.NoticeId);
            if ((after is null || Position.Order.Compare(position, after) > 0) && IsFound(wording.Document))
                first.Add(NoticeResource.AsKnown(notices[wording.NoticeId], wording, known, now, on), position);
        }
        var found = Page.From(first.InOrder(), page, f => f.Position);
        return new Page<NoticeResource>([.. found.Items.Select(f => f.Item)], found.NextCursor);

        bool IsFound(NoticeDocument document) => filter.NamesNoClause && status is null && on is null
            ? filter.Issuer is null || filter.Issuer == document.Issuer
            : known.Of(document).Any(c => matches(ClauseReach.Of(document, c.Clause)) && Stands(c.Schedule, dayOf(document.Issuer)));

        bool Stands(IReadOnlyList<ControlInterval> schedule, DateOnly day) => status is { } wanted
            ? schedule[0].From <= day && ClauseSchedule.On(schedule, day).Status == wanted
            : on is null || schedule[0].From <= day;
    }

    /// <summary>The intervals that hold a day; without one, those that hold this instant, whatever day that is for their issuer.</summary>
    private static IQueryable<IntervalRow> HoldingDay(IQueryable<IntervalRow> intervals, DateOnly? day, DateTimeOffset now) => day is { } asked
        ? intervals.Where(i => i.From <= asked && (i.Until == null || i.Until >= asked))
        : intervals.Where(i => i.StartsAt <= now && (i.EndsAt == null || i.EndsAt > now));

    /// <summary>A number in whatever spelling.</summary>
    private sealed record NumberAsked(string Number, string Key)
    {
        public static NumberAsked Of(string? issuer, string number) => issuer is null
            ? throw ProblemException.Invalid("/documentNumber", "Needs issuer beside it: numbers are each issuer's own.")
            : new NumberAsked(number, NoticeKey.Of(issuer, number).Number);

        /// <summary>A duplicate that an earlier release recorded comes with its notice.</summary>
        public IQueryable<NoticeRow> Apply(IQueryable<NoticeRow> notices, IQueryable<NoticeRow> all) => notices.Where(n =>
            n.NumberKey == Key || n.DocumentNumber == Number || all.Any(o => o.Id == n.DuplicateOf && o.Issuer == n.Issuer && o.NumberKey == Key));
    }

    /// <summary>The latest announced first.</summary>
    private sealed record Position(DateOnly AnnouncedOn, Guid Id)
    {
        public static Comparer<Position> Order { get; } = Comparer<Position>.Create((a, b) =>
            b.AnnouncedOn.CompareTo(a.AnnouncedOn) is var order and not 0 ? order : b.Id.CompareTo(a.Id));
    }
}
