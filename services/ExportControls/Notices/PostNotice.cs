using Chokepoint.ExportControls.Data;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Chokepoint.ExportControls.Notices;

/// <summary>POST /notices: 201 for a new notice, 200 for one that is here, 409 for a number taken by other content.</summary>
internal static class PostNotice
{
    public static void MapPostNotice(this IEndpointRouteBuilder notices) => notices.MapPost("/", HandleAsync)
        .RequireAuthorization(Scopes.ControlsWrite)
        .WithName("PostNotice").WithTags("Notices")
        .WithSummary("Record a control notice")
        .WithDescription(
            "The same notice again changes nothing. From another source it becomes one notice with both sources and the better "
            + "confidence. With dryRun=true nothing is stored and the answer says what would have been touched.")
        .ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Created<NoticeResource>, Ok<NoticeResource>, Ok<Rehearsal>, ProblemHttpResult>> HandleAsync(
        NoticeRequest request, NoticeLedger ledger, TimeProvider time, HttpContext http, CancellationToken cancellationToken, bool dryRun = false)
    {
        var recorded = await ledger.RecordAsync(request.ToDocument(), dryRun, cancellationToken);
        if (recorded.Outcome is RecordOutcome.Conflicting)
            return Problems.Conflict(
                $"{request.Issuer} {request.DocumentNumber} is recorded with other content, as notice {recorded.Notice.Id}; correct it by PUT.");
        if (dryRun) return TypedResults.Ok(new Rehearsal(DryRun: true, recorded.Outcome, recorded.Impact));

        var resource = NoticeResource.Of(recorded.Notice, time.GetUtcNow()) with { Impact = recorded.Impact };
        http.SetETag(resource.ETag);
        return recorded.Outcome is RecordOutcome.Created
            ? TypedResults.Created($"/api/controls/notices/{resource.Id}", resource)
            : TypedResults.Ok(resource);
    }
}

/// <summary>What recording a notice would have done; nothing was stored.</summary>
internal sealed record Rehearsal(bool DryRun, RecordOutcome Outcome, Impact Impact);
