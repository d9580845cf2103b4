using System.Data;
using System.Runtime.CompilerServices;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.Messaging.Operations;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Notices;

/// <summary>Every clause as it was last announced. A clause that a correction took out acts nowhere, and is left out here too.</summary>
internal sealed class ClauseFacts(IDbContextFactory<ControlsDbContext> contexts, TimeProvider time) : IFacts<ControlStateChanged>
{
    private const int AtOnce = 500;

    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Announced(db).LongCountAsync(cancellationToken);
    }

    public async IAsyncEnumerable<ControlStateChanged> StateAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        for (var after = Guid.Empty; ;)
        {
            var last = after;
            var rows = await Announced(db).Where(clause => clause.Id > last).OrderBy(clause => clause.Id).Take(AtOnce).ToListAsync(cancellationToken);
            if (rows.Count == 0) yield break;
            await ClauseLocks.CompleteAsync(db, rows, cancellationToken);
            foreach (var row in rows) yield return Of(row);
            after = rows[^1].Id;
            db.ChangeTracker.Clear();
        }
    }

    private ControlStateChanged Of(ClauseRow row)
    {
        var document = row.Notice.Document;
        var schedule = row.ScheduleAsKnown();
        var state = ClauseSchedule.On(schedule, row.StateSince);
        var clause = document.Clauses.Single(c => c.Number == row.Number);
        return ClauseStatement.Of(row, document, clause, schedule, state, time.GetUtcNow()) with { Version = row.Version, Silent = true };
    }

    private static IQueryable<ClauseRow> Announced(ControlsDbContext db) => db.Clauses.Where(clause => clause.Version > 0 && !clause.IsRemoved);
}
