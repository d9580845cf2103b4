using Chokepoint.ExportControls.Data;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Notices;

/// <summary>Loads clauses with their rows locked, so that neither another writer nor the clock moves them meanwhile.</summary>
internal static class ClauseLocks
{
    /// <summary>The clauses of these notices, tracked, each with its schedule and its notice.</summary>
    public static async Task<List<ClauseRow>> LoadAsync(ControlsDbContext db, Guid[] noticeIds, CancellationToken cancellationToken)
    {
        var rows = await db.Clauses
            .FromSql($"""SELECT * FROM clauses WHERE notice_id = ANY({noticeIds}) ORDER BY id FOR UPDATE""")
            .ToListAsync(cancellationToken);
        await CompleteAsync(db, rows, cancellationToken);
        return rows;
    }

    /// <summary>Loads what belongs to clauses whose rows are locked already; relationship fix-up attaches it.</summary>
    public static async Task CompleteAsync(ControlsDbContext db, List<ClauseRow> rows, CancellationToken cancellationToken)
    {
        var ids = rows.Select(r => r.Id).ToArray();
        var noticeIds = rows.Select(r => r.NoticeId).Distinct().ToArray();
        await db.Intervals.Where(i => ids.Contains(i.ClauseId)).LoadAsync(cancellationToken);
        await db.Notices.Where(n => noticeIds.Contains(n.Id)).LoadAsync(cancellationToken);
    }
}
