using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Chokepoint.ServiceDefaults;

internal static class AuditEndpoint
{
    public static void MapAudit(this RouteGroupBuilder operations) => operations.MapGet("/audit", ListAsync)
        .WithName("ListWrites").WithSummary("Audit log: every write, newest first, by time (since inclusive, until exclusive) and by the key's name");

    private static async Task<Ok<Page<AuditEntry>>> ListAsync(
        PageRequest page, AuditTable table, DateTimeOffset? since = null, DateTimeOffset? until = null, string? key = null,
        CancellationToken cancellationToken = default)
    {
        if (since >= until)
            throw ProblemException.Invalid("/until", "Must be later than since.");
        var found = await table.ListAsync(new AuditFilter(since, until, key, page.After<Guid?>(), page.Take), cancellationToken);
        return TypedResults.Ok(Page.From(found, page, entry => entry.Id));
    }
}
