using System.Globalization;
using System.Runtime.CompilerServices;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Clauses;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Knowledge;

/// <summary>
/// The registry as it was known at an instant. A notice is known from the day it was announced, a correction from when it was recorded.
/// What is settled by then (<see cref="NoticeRow.SettledFrom"/>) is as it is now, and answered from what is now; only what was known and
/// became something else since is put together from the wordings on record: of each notice the latest that could be known then, and
/// the actions of those alone.
/// </summary>
internal sealed class EarlierKnowledge(ControlsDbContext db)
{
    private const int Together = 64;

    /// <summary>The notices known then that are not settled by then, by issuer and number.</summary>
    public async Task<IReadOnlyList<NoticeName>> BetweenAsync(KnowledgeDate known, CancellationToken cancellationToken)
    {
        var between = await db.Database.SqlQuery<NoticeName>($"""
            SELECT id, issuer, document_number, NULL AS key FROM notices
            WHERE (settled_from IS NULL OR settled_from > known_from OR settled_day > known_day)
                AND (settled_from IS NULL OR settled_from > {known.Instant} OR settled_day > {known.Day})
                AND (known_from IS NULL OR known_from <= {known.Instant} OR known_day <= {known.Day})
            """).ToListAsync(cancellationToken);
        return [.. between.OrderBy(n => n.Issuer, StringComparer.Ordinal).ThenBy(n => n.DocumentNumber, StringComparer.Ordinal)];
    }

    /// <summary>The clauses of some notices with their schedules, in the notices' order, put together as they are asked for.</summary>
    public async IAsyncEnumerable<KnownClause> ClausesAsync(
        KnowledgeDate known, IEnumerable<NoticeName> notices, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var some in notices.Chunk(Together))
        {
            var wordings = (await WordingsAsync(known, some, cancellationToken)).ToDictionary(w => w.NoticeId);
            var acting = await ActionsAsync(known, [.. some.Select(n => n.DocumentNumber)], cancellationToken);
            foreach (var notice in some)
                if (wordings.TryGetValue(notice.Id, out var wording))
                    foreach (var (ordinal, (clause, end, schedule)) in acting.Of(wording.Document).Index())
                        yield return new KnownClause(notice.Id, wording.Document, ordinal, clause, end, schedule);
        }
    }

    /// <summary>The wordings of some notices known then; a notice that was not is left out.</summary>
    public async Task<IReadOnlyList<NoticeRevisionRow>> WordingsAsync(KnowledgeDate known, IReadOnlyList<NoticeName> notices, CancellationToken cancellationToken)
    {
        var ids = notices.Select(n => n.Id).ToArray();
        return await db.Revisions.FromSql($"""
            SELECT r.* FROM unnest({ids}) AS asked (id) CROSS JOIN LATERAL (
                SELECT * FROM notice_revisions WHERE notice_id = asked.id AND (known_from <= {known.Instant} OR known_day <= {known.Day})
                ORDER BY revision DESC LIMIT 1) AS r
            """).AsNoTracking().ToListAsync(cancellationToken);
    }

    /// <summary>Who acted on notices of these numbers, as known then.</summary>
    public async Task<KnownClauses> ActionsAsync(KnowledgeDate known, string[] numbers, CancellationToken cancellationToken)
    {
        var latest = await db.Revisions.FromSql($"""
            SELECT r.* FROM (
                SELECT DISTINCT acting.notice_id FROM unnest({numbers}) AS asked (number) CROSS JOIN LATERAL (
                    SELECT notice_id FROM notice_revisions
                    WHERE document -> 'actions' @> jsonb_build_array(jsonb_build_object('target', jsonb_build_object('documentNumber', asked.number)))) AS acting) AS actors
            CROSS JOIN LATERAL (
                SELECT * FROM notice_revisions WHERE notice_id = actors.notice_id AND (known_from <= {known.Instant} OR known_day <= {known.Day})
                ORDER BY revision DESC LIMIT 1) AS r
            """).AsNoTracking()
            .Join(db.Notices, r => r.NoticeId, n => n.Id, (r, n) => new { r.Document, n.Origin }).ToListAsync(cancellationToken);
        return new KnownClauses(latest.Select(r => (r.Document, r.Origin is NoticeOrigin.BuiltIn)));
    }

    /// <summary>The wording of one notice known then; null when it was not known.</summary>
    public Task<NoticeRevisionRow?> NoticeAsync(Guid id, KnowledgeDate known, CancellationToken cancellationToken) => db.Revisions.AsNoTracking()
        .Where(r => r.NoticeId == id && (r.KnownFrom <= known.Instant || r.KnownDay <= known.Day)).OrderByDescending(r => r.Revision).FirstOrDefaultAsync(cancellationToken);
}

/// <summary>A clause in the wording known at an instant.</summary>
/// <param name="Ordinal">Its place in the notice.</param>
/// <param name="End">Its last day as known then, extensions included.</param>
internal sealed record KnownClause(
    Guid NoticeId, NoticeDocument Document, int Ordinal, ClauseDocument Clause, DateOnly? End, IReadOnlyList<ControlInterval> Schedule)
{
    /// <summary>A notice's clauses differ by their place, so that it needs no id.</summary>
    public ClausePosition Position => new(Document.Issuer, Document.DocumentNumber, Ordinal, Guid.Empty);

    public ClauseReach Reach => ClauseReach.Of(Document, Clause);
}

/// <summary>Until when what became known counts: an instant, or a whole day in each issuer's own time zone. One of the two is set.</summary>
internal sealed record KnowledgeDate(DateTimeOffset? Instant, DateOnly? Day)
{
    /// <summary>Whether what became known at an instant, and on that day for its issuer, was known then.</summary>
    public bool Covers(DateTimeOffset? from, DateOnly? day) => from <= Instant || day <= Day;

    public IQueryable<NoticeRow> Settled(IQueryable<NoticeRow> notices) => Instant is { } instant
        ? notices.Where(n => n.SettledFrom <= instant) : notices.Where(n => n.SettledDay <= Day);

    public IQueryable<ClauseRow> Settled(IQueryable<ClauseRow> clauses) => Instant is { } instant
        ? clauses.Where(c => c.SettledFrom <= instant) : clauses.Where(c => c.SettledDay <= Day);

    /// <exception cref="ProblemException">400: neither a day nor an instant.</exception>
    public static KnowledgeDate Parse(string knownOn)
    {
        if (DateOnly.TryParseExact(knownOn, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return new(null, day);
        if (knownOn.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(knownOn, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            return new(instant.ToUniversalTime(), null);
        const string Message = "Must be a day such as 2026-11-28 or a time such as 2026-11-28T04:00:00Z.";
        throw new ProblemException(ProblemKind.Malformed, "/knownOn: " + Message,
            new Dictionary<string, string[]>(StringComparer.Ordinal) { ["/knownOn"] = [Message] });
    }
}
