using System.Text.Json;
using Chokepoint.ExportControls.Clauses;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Notices;
using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Drafts;

/// <summary>The review queue: what feeds brought, to be confirmed, edited or rejected.</summary>
internal static class DraftEndpoints
{
    public static void MapDrafts(this RouteGroupBuilder controls)
    {
        var drafts = controls.MapGroup("/drafts").WithTags("Drafts");
        drafts.MapGet("/", ListAsync).WithName("ListDrafts").WithSummary("Drafts that feeds brought, the latest first")
            .WithDescription("`state` is pending, confirmed, rejected, unreadable (kept with the reason) or set-aside (not about exports of minerals, by its words).");
        drafts.MapGet("/{id:guid}", GetAsync).WithName("GetDraft").WithSummary("A draft, with the source passage beside each field and the documents as received")
            .ProducesProblem(StatusCodes.Status404NotFound);
        drafts.MapPatch("/{id:guid}", EditAsync).WithName("EditDraft").RequireAuthorization(Scopes.ControlsWrite)
            .WithSummary("Edit a draft").WithDescription("The body is a JSON Merge Patch (RFC 7396) of the draft's notice. Needs If-Match.")
            .Accepts<NoticeRequest>("application/json", "application/merge-patch+json")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed).ProducesProblem(StatusCodes.Status428PreconditionRequired);
        drafts.MapPost("/{id:guid}/confirm", ConfirmAsync).WithName("ConfirmDraft").RequireAuthorization(Scopes.ControlsWrite)
            .WithSummary("Confirm a draft: it is recorded as a notice, as if it had been posted")
            .WithDescription("Validation, impact and answer are those of POST /notices, or of PUT where the draft corrects a notice. Confirmed again, it answers the notice. If-Match is honoured.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        drafts.MapPost("/{id:guid}/reject", RejectAsync).WithName("RejectDraft").RequireAuthorization(Scopes.ControlsWrite)
            .WithSummary("Reject a draft, with a reason").WithDescription("It stays readable. If-Match is honoured.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Page<DraftResource>> ListAsync(
        string? state, string? feed, string? issuer, string? mineral, PageRequest page, ControlsDbContext db, CancellationToken cancellationToken)
    {
        var drafts = db.Set<DraftRow>().AsNoTracking();
        if (state is not null)
        {
            var wanted = EnumNames.Parse<DraftState>("state", state);
            drafts = drafts.Where(d => d.State == wanted);
        }
        if (feed is not null) drafts = drafts.Where(d => d.Sources.Any(s => s.Feed == feed));
        if (issuer is not null) drafts = drafts.Where(d => d.Issuer == issuer);
        if (mineral is not null)
        {
            if (!Minerals.TryResolve(mineral, out _)) throw ProblemException.Invalid("/mineral", ClauseValidator.KnownMinerals);
            var named = JsonSerializer.Serialize(new { clauses = new[] { new { minerals = new[] { mineral } } } });
            drafts = drafts.Where(d => EF.Functions.JsonContains(d.Notice, named));
        }
        if (page.Cursor is not null)
        {
            var after = page.After<long>();
            drafts = drafts.Where(d => d.No < after);
        }
        var rows = await drafts.OrderByDescending(d => d.No).Take(page.Take).Include(d => d.Sources).AsSplitQuery().ToListAsync(cancellationToken);
        var found = Page.From(rows, page, d => d.No);
        var items = await DraftTargets.WithUnknownAsync(db, [.. found.Items.Select(d => DraftResource.Of(d, withContent: false))], cancellationToken);
        return new Page<DraftResource>(items, found.NextCursor);
    }

    private static async Task<Results<Ok<DraftResource>, ProblemHttpResult>> GetAsync(Guid id, ControlsDbContext db, HttpContext http, CancellationToken cancellationToken) =>
        await AnswerAsync(
            id, await db.Set<DraftRow>().AsNoTracking().Include(d => d.Sources).FirstOrDefaultAsync(d => d.Id == id, cancellationToken), db, http, cancellationToken);

    private static async Task<Results<Ok<DraftResource>, ProblemHttpResult>> EditAsync(
        Guid id, IfMatch ifMatch, MergePatch patch, HttpContext http, DraftReview review, ControlsDbContext db, CancellationToken cancellationToken)
    {
        var draft = await review.EditAsync(id, patch.Members, draft => ifMatch.Require(DraftResource.ETagOf(draft)), cancellationToken);
        return await AnswerAsync(id, draft, db, http, cancellationToken);
    }

    private static async Task<Results<Created<NoticeResource>, Ok<NoticeResource>, ProblemHttpResult>> ConfirmAsync(
        Guid id, HttpContext http, DraftReview review, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await review.ConfirmAsync(id, http.User.Identity?.Name, await WhereMatchingAsync(http), cancellationToken) is not { } recorded) return Unknown(id);
        var resource = NoticeResource.Of(recorded.Notice, time.GetUtcNow()) with { Impact = recorded.Impact };
        http.SetETag(resource.ETag);
        return recorded.Outcome is RecordOutcome.Created ? TypedResults.Created($"/api/controls/notices/{resource.Id}", resource) : TypedResults.Ok(resource);
    }

    private static async Task<Results<Ok<DraftResource>, ProblemHttpResult>> RejectAsync(
        Guid id, Rejection rejection, HttpContext http, DraftReview review, ControlsDbContext db, CancellationToken cancellationToken)
    {
        var draft = await review.RejectAsync(id, rejection.Reason!, http.User.Identity?.Name, await WhereMatchingAsync(http), cancellationToken);
        return await AnswerAsync(id, draft, db, http, cancellationToken);
    }

    private static async Task<Results<Ok<DraftResource>, ProblemHttpResult>> AnswerAsync(
        Guid id, DraftRow? draft, ControlsDbContext db, HttpContext http, CancellationToken cancellationToken)
    {
        if (draft is null) return Unknown(id);
        var resource = (await DraftTargets.WithUnknownAsync(db, [DraftResource.Of(draft, withContent: true)], cancellationToken)).Single();
        http.SetETag(DraftResource.ETagOf(draft));
        // What it acts on may become known while the draft stays at its version: no answer from before is good then.
        if (resource.Notice.Actions is { Count: > 0 }) http.Request.Headers.IfNoneMatch = default;
        return TypedResults.Ok(resource);
    }

    private static ProblemHttpResult Unknown(Guid id) => Problems.NotFound($"No draft has the id {id}.");

    private static async Task<Action<DraftRow>> WhereMatchingAsync(HttpContext http)
    {
        if (http.Request.Headers.IfMatch.Count is 0) return _ => { };
        var ifMatch = (await IfMatch.BindAsync(http, null!))!;
        return draft => ifMatch.Require(DraftResource.ETagOf(draft));
    }
}

/// <param name="Reason">Why it is no notice, for whoever looks later.</param>
internal sealed record Rejection(string? Reason);

internal sealed class RejectionValidator : AbstractValidator<Rejection>
{
    public RejectionValidator() => RuleFor(r => r.Reason).IsLabel(1000);
}
