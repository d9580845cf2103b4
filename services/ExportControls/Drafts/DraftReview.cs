using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ServiceDefaults;
using FluentValidation;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Drafts;

/// <summary>What a reviewer does with a draft: edits, confirms, rejects; each under a lock on the draft, so that one decision counts.</summary>
internal sealed class DraftReview(ControlsDbContext db, NoticeLedger notices, TimeProvider time)
{
    private const int LongestKey = 200;

    private static readonly NoticeRequestValidator Validator = new();

    /// <summary>Merges a patch into the notice; what was unreadable or set aside is pending from then on.</summary>
    /// <exception cref="BadHttpRequestException">The patch makes of it something that is no notice.</exception>
    /// <exception cref="ProblemException">422: the patch gives an issuer or a number far longer than any; 409: another open draft has them.</exception>
    public Task<DraftRow?> EditAsync(Guid id, JsonObject patch, Action<DraftRow> precondition, CancellationToken cancellationToken) =>
        OnAsync(id, async draft =>
        {
            precondition(draft);
            RequireOpen(draft);
            await GoOnAsync(draft, cancellationToken);
            var notice = NoticeJson.Patch(NoticeJson.Parse(draft.Notice), patch)!.AsObject();
            NoticeRequest request;
            try
            {
                request = NoticeJson.ToRequest(notice);
            }
            catch (JsonException fault)
            {
                throw new BadHttpRequestException("The patch does not fit a notice.", fault);
            }
            // What is only wrong is listed until it is right; these two are looked up by, and no index takes more than 2,700 bytes.
            var faults = Faults(request).Where(f => f.Key is "/issuer" or "/documentNumber" && patch[f.Key[1..]]?.ToString().Length > LongestKey)
                .ToDictionary(StringComparer.Ordinal);
            if (faults.Count > 0) throw ProblemException.Invalid(faults);
            var stored = NoticeJson.Of(request);
            draft.Notice = DraftIntake.Text(stored);
            DraftIntake.Identify(draft, stored);
            if (draft.NumberKey is not null && await db.Set<DraftRow>().Where(OpenOf(draft)).Select(d => (Guid?)d.Id).FirstOrDefaultAsync(cancellationToken) is { } other)
                throw new ProblemException(ProblemKind.Conflict,
                    $"/documentNumber: draft {other} is of {draft.Issuer} {draft.NumberKey} and open: edit that one and reject this, or give the number that this one has.");
            (draft.State, draft.Reason) = (DraftState.Pending, null);
        }, cancellationToken);

    /// <summary>Records the draft as a notice, by the path that POST and PUT /notices take; again, it answers the notice it became.</summary>
    /// <returns>Null when no draft has this id.</returns>
    /// <exception cref="ProblemException">422 as POST /notices answers it; 409 when it was rejected, or the number is taken by other content.</exception>
    public async Task<Recorded?> ConfirmAsync(Guid id, string? by, Action<DraftRow> precondition, CancellationToken cancellationToken)
    {
        Recorded? recorded = null;
        await OnAsync(id, async draft =>
        {
            if (draft is { State: DraftState.Confirmed, NoticeId: { } known })
            {
                recorded = new Recorded(RecordOutcome.Unchanged, await NoticeAsync(known, cancellationToken), Impact.Of([], time.GetUtcNow()));
                return;
            }
            precondition(draft);
            RequireOpen(draft);
            recorded = await RecordAsync(draft, cancellationToken);
            (draft.State, draft.Reason, draft.NoticeId, draft.DecidedBy, draft.DecidedAt) =
                (DraftState.Confirmed, null, recorded.Notice.Id, by, time.GetUtcNow());
        }, cancellationToken);
        return recorded;
    }

    /// <exception cref="ProblemException">409: it is a notice already.</exception>
    public Task<DraftRow?> RejectAsync(Guid id, string reason, string? by, Action<DraftRow> precondition, CancellationToken cancellationToken) =>
        OnAsync(id, draft =>
        {
            if (draft.State is DraftState.Rejected) return Task.CompletedTask;
            precondition(draft);
            RequireOpen(draft);
            (draft.State, draft.Reason, draft.DecidedBy, draft.DecidedAt) = (DraftState.Rejected, reason, by, time.GetUtcNow());
            return Task.CompletedTask;
        }, cancellationToken);

    /// <summary>What stands in the way of confirming it, by JSON Pointer.</summary>
    public static IReadOnlyDictionary<string, string[]> Faults(NoticeRequest notice) => ValidationErrors.ByPointer(Validator.Validate(notice).Errors);

    private async Task<Recorded> RecordAsync(DraftRow draft, CancellationToken cancellationToken)
    {
        var correction = draft.Corrects is null ? null : await Correction.OfAsync(db, draft, cancellationToken)
            ?? throw new ProblemException(ProblemKind.Conflict, $"The notice {draft.Corrects} that it would correct is not there: reject the draft.");
        if (correction is { Disputed: { Count: > 0 } disputed })
        {
            var reason = $"Was corrected in notice {draft.Corrects} since this draft was begun (revision {correction.Revision}). An edit of the draft, which may be empty, brings it to the notice as it stands, and may then set the field.";
            throw new ProblemException(ProblemKind.Conflict, $"{disputed[0]}: {reason}", disputed.ToDictionary(p => p, _ => (string[])[reason], StringComparer.Ordinal));
        }
        var request = NoticeJson.ToRequest(correction?.Notice ?? NoticeJson.Parse(draft.Notice));
        if (Faults(request) is { Count: > 0 } faults) throw ProblemException.Invalid(faults);
        var document = request.ToDocument();
        if (correction is not null)
            return (await notices.CorrectAsync(draft.Corrects!.Value, document, RequireStanding, cancellationToken))!;
        var recorded = await notices.RecordAsync(document, dryRun: false, cancellationToken);
        return recorded.Outcome is RecordOutcome.Conflicting
            ? throw new ProblemException(ProblemKind.Conflict,
                $"{document.Issuer} {document.DocumentNumber} is recorded with other content, as notice {recorded.Notice.Id}; correct it by PUT and reject this draft, or edit this draft.")
            : recorded;

        void RequireStanding(NoticeRow notice)
        {
            if (notice.Revision != correction.Revision)
                throw new ProblemException(ProblemKind.Conflict, $"The notice {notice.Id} was corrected at this moment: confirm the draft again.");
        }
    }

    /// <summary>A draft that corrects a notice goes on from the notice as it stands, whatever was corrected in it since.</summary>
    private async Task GoOnAsync(DraftRow draft, CancellationToken cancellationToken)
    {
        if (draft.Corrects is null || await Correction.OfAsync(db, draft, cancellationToken) is not { } correction || correction.Revision == draft.CorrectsRevision) return;
        (draft.Notice, draft.CorrectsRevision) = (DraftIntake.Text(correction.Notice), correction.Revision);
        draft.AsRead = draft.Notice;
    }

    /// <summary>Another open draft of the same notice, of which there is one at most.</summary>
    private static Expression<Func<DraftRow, bool>> OpenOf(DraftRow draft) => d => d.Id != draft.Id && d.Issuer == draft.Issuer && d.NumberKey == draft.NumberKey
        && (d.State == DraftState.Pending || d.State == DraftState.Unreadable || d.State == DraftState.SetAside);

    private Task<NoticeRow> NoticeAsync(Guid id, CancellationToken cancellationToken) =>
        db.Notices.AsNoTracking().Include(n => n.Clauses).ThenInclude(c => c.Schedule).SingleAsync(n => n.Id == id, cancellationToken);

    private static void RequireOpen(DraftRow draft)
    {
        if (!DraftIntake.IsOpen(draft))
            throw new ProblemException(ProblemKind.Conflict, draft.State is DraftState.Confirmed
                ? $"The draft is confirmed, as notice {draft.NoticeId}: correct that by PUT /notices/{draft.NoticeId}."
                : $"The draft is rejected ({draft.Reason}), which is final: record it by POST /notices if it is a notice after all.");
    }

    private async Task<DraftRow?> OnAsync(Guid id, Func<DraftRow, Task> change, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var draft = await db.Set<DraftRow>().FromSql($"SELECT * FROM drafts WHERE id = {id} FOR UPDATE").Include(d => d.Sources)
            .SingleOrDefaultAsync(cancellationToken);
        if (draft is null) return null;
        await change(draft);
        if (db.Entry(draft).State is EntityState.Modified) (draft.Version, draft.UpdatedAt) = (draft.Version + 1, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return draft;
    }
}
