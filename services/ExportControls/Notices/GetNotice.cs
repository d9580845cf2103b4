using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Knowledge;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Notices;

/// <summary>GET /notices/{id}: the notice, with what each clause is today.</summary>
internal static class GetNotice
{
    public static void MapGetNotice(this IEndpointRouteBuilder notices) => notices.MapGet("/{id:guid}", HandleAsync)
        .WithName("GetNotice").WithTags("Notices").WithSummary("A notice with each clause's status today")
        .WithDescription("`knownOn`, a day or an instant, answers with the wording and the schedules known then.")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<NoticeResource>, ProblemHttpResult>> HandleAsync(
        Guid id, string? knownOn, ControlsDbContext db, EarlierKnowledge earlier, TimeProvider time, HttpContext http, CancellationToken cancellationToken)
    {
        var notice = await db.Notices.AsNoTracking().Include(n => n.Clauses).ThenInclude(c => c.Schedule)
            .FirstOrDefaultAsync(n => n.Id == id, cancellationToken);
        if (notice is null) return Problems.NotFound($"No notice has the id {id}.");
        if (knownOn is not null)
        {
            var knownAt = KnowledgeDate.Parse(knownOn);
            if (await earlier.NoticeAsync(id, knownAt, cancellationToken) is not { } wording)
                return Problems.NotFound($"The notice {id} was not known then.");
            var known = await earlier.ActionsAsync(knownAt, [notice.DocumentNumber], cancellationToken);
            return TypedResults.Ok(NoticeResource.AsKnown(notice, wording, known, time.GetUtcNow()));
        }
        var resource = NoticeResource.Of(notice, time.GetUtcNow());
        http.SetETag(resource.ETag);
        return TypedResults.Ok(resource);
    }
}
