using Chokepoint.Contracts;
using Chokepoint.ExportControls.Clauses;
using Chokepoint.ExportControls.Data;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Notices;

/// <summary>GET /notices: the latest announced first, narrowed by what any one clause of them is.</summary>
internal static class ListNotices
{
    public static void MapListNotices(this IEndpointRouteBuilder notices) => notices.MapGet("/", HandleAsync)
        .WithName("ListNotices").WithTags("Notices").WithSummary("Notices, the latest announced first")
        .WithDescription("A notice is found when one of its clauses meets every condition; `status` is that of the day `on`, today without it.");

    private static async Task<Page<NoticeResource>> HandleAsync(
        [AsParameters] ClauseFilter filter, string? status, DateOnly? on, PageRequest page,
        ControlsDbContext db, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var notices = db.Notices.AsNoTracking();
        if (filter.Issuer is { } issuer) notices = notices.Where(n => n.Issuer == issuer);
        if (!filter.NamesNoClause || status is not null || on is not null)
        {
            // Notices without clauses, which only act on others', are left out here.
            var clauses = filter.Apply(db.Clauses);
            var intervals = db.Intervals.On(on, now);
            if (status is not null)
            {
                var wanted = EnumNames.Parse<ControlStatus>("status", status);
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

        var rows = await notices.OrderByDescending(n => n.AnnouncedOn).ThenByDescending(n => n.Id).Take(page.Take)
            .Include(n => n.Clauses).ThenInclude(c => c.Schedule).AsSplitQuery().ToListAsync(cancellationToken);
        var found = Page.From(rows, page, n => new Position(n.AnnouncedOn, n.Id));
        return new Page<NoticeResource>([.. found.Items.Select(n => NoticeResource.Of(n, now))], found.NextCursor);
    }

    private sealed record Position(DateOnly AnnouncedOn, Guid Id);
}
