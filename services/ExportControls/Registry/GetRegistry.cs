using Chokepoint.ExportControls.Data;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Registry;

/// <summary>GET /registry: what the registry holds and up to when the shipped part of it knows.</summary>
internal static class GetRegistry
{
    public static void MapGetRegistry(this IEndpointRouteBuilder controls) => controls.MapGet("/registry", HandleAsync)
        .WithName("Registry").WithTags("Registry").WithSummary("What the registry holds")
        .WithDescription("`asOf` is the day up to which the shipped notices were compiled: a schedule among them may have been extended since.");

    private static async Task<RegistryState> HandleAsync(ControlsDbContext db, CancellationToken cancellationToken)
    {
        var edition = await db.Editions.AsNoTracking().OrderByDescending(e => e.LoadedAt).FirstOrDefaultAsync(cancellationToken);
        var counts = await db.Notices.GroupBy(n => n.Origin).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(cancellationToken);
        return new RegistryState(
            edition?.AsOf, edition?.LoadedAt,
            counts.Find(c => c.Key == NoticeOrigin.BuiltIn)?.Count ?? 0, counts.Find(c => c.Key == NoticeOrigin.Operator)?.Count ?? 0);
    }
}

/// <param name="AsOf">Null while no shipped edition has been loaded.</param>
/// <param name="ShippedNotices">As shipped; those that an operator took over count below.</param>
internal sealed record RegistryState(DateOnly? AsOf, DateTimeOffset? LoadedAt, int ShippedNotices, int OperatorNotices);
