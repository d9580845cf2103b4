using System.Globalization;
using System.Runtime.CompilerServices;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Clauses;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Knowledge;

/// <summary>
/// The registry as it was known at an instant, put together from the wordings on record: of each notice the latest that could be known
/// then, and the actions of those alone. A notice is known from the day it was announced, a correction from when it was recorded.
/// </summary>
internal sealed class EarlierKnowledge(ControlsDbContext db)
{
    /// <summary>Who acted on what, as known then.</summary>
    public async Task<KnownClauses> ActionsAsync(KnowledgeDate known, CancellationToken cancellationToken)
    {
        var latest = await db.Revisions.FromSql($"""
            SELECT * FROM (
                SELECT DISTINCT ON (notice_id) * FROM notice_revisions WHERE known_from <= {known.Instant} OR known_day <= {known.Day} ORDER BY notice_id, revision DESC) AS known
            WHERE jsonb_array_length(document -> 'actions') > 0
            """).AsNoTracking()
            .Join(db.Notices, r => r.NoticeId, n => n.Id, (r, n) => new { r.Document, n.Origin }).ToListAsync(cancellationToken);
        return new KnownClauses(latest.Select(r => (r.Document, r.Origin is NoticeOrigin.BuiltIn)));
    }

    /// <summary>Every clause known then with its schedule, by issuer, number and place in the notice, beginning with a given notice's.</summary>
    public async IAsyncEnumerable<KnownClause> ClausesAsync(
        KnowledgeDate known, [EnumeratorCancellation] CancellationToken cancellationToken, string fromIssuer = "", string fromNumber = "")
    {
        var acting = await ActionsAsync(known, cancellationToken);
        await foreach (var notice in NoticesAsync(known, fromIssuer, fromNumber).WithCancellation(cancellationToken))
            foreach (var (ordinal, (clause, end, schedule)) in acting.Of(notice.Document).Index())
                yield return new KnownClause(notice.NoticeId, notice.Document, ordinal, clause, end, schedule);
    }

    /// <summary>The wordings known then, by issuer and number, beginning with a given one.</summary>
    public IAsyncEnumerable<NoticeRevisionRow> NoticesAsync(KnowledgeDate known, string fromIssuer, string fromNumber) => db.Revisions.FromSql($"""
            SELECT DISTINCT ON (n.issuer, n.document_number) r.*
            FROM notices n JOIN notice_revisions r ON r.notice_id = n.id
            WHERE (r.known_from <= {known.Instant} OR r.known_day <= {known.Day}) AND (n.issuer, n.document_number) >= ({fromIssuer}, {fromNumber})
            ORDER BY n.issuer, n.document_number, r.revision DESC
            """).AsNoTracking().AsAsyncEnumerable();

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
