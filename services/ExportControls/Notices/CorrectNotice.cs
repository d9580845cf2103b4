using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Chokepoint.ExportControls.Notices;

/// <summary>PUT /notices/{id}: the whole notice as it should read.</summary>
internal static class CorrectNotice
{
    public static void MapCorrectNotice(this IEndpointRouteBuilder notices) => notices.MapPut("/{id:guid}", HandleAsync)
        .RequireAuthorization(Scopes.ControlsWrite)
        .WithName("CorrectNotice").WithTags("Notices")
        .WithSummary("Correct a notice")
        .WithDescription("Needs If-Match with the ETag that was read. What was believed before stays on record and is answered with knownOn.")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed)
        .ProducesProblem(StatusCodes.Status428PreconditionRequired);

    private static async Task<Results<Ok<NoticeResource>, ProblemHttpResult>> HandleAsync(
        Guid id, IfMatch ifMatch, NoticeRequest request, NoticeLedger ledger, TimeProvider time, HttpContext http, CancellationToken cancellationToken)
    {
        var recorded = await ledger.CorrectAsync(
            id, request.ToDocument(), stored => ifMatch.Require(NoticeResource.Of(stored, time.GetUtcNow()).ETag), cancellationToken);
        if (recorded is null) return Problems.NotFound($"No notice has the id {id}.");
        var resource = NoticeResource.Of(recorded.Notice, time.GetUtcNow()) with { Impact = recorded.Impact };
        http.SetETag(resource.ETag);
        return TypedResults.Ok(resource);
    }
}
