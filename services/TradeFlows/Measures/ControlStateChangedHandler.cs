using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.TradeFlows.Data;
using Chokepoint.TradeFlows.Profiles;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Chokepoint.TradeFlows.Measures;

/// <summary>
/// Keeps a clause, so that a collapse can be shown beside what may explain it. A collapse that was announced before the notice came is
/// announced again with it, and once more when a correction of the notice takes the explanation away.
/// </summary>
internal sealed class ControlStateChangedHandler(TradeDbContext db, ProfileStore profiles) : IHandleGroup<ControlStateChanged>
{
    public async Task HandleAsync(IReadOnlyList<Heard<ControlStateChanged>> events, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var transaction = (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        var (silent, aloud) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        // Clauses in one order, and the profiles after all of them: two groups with the same wait for one another and do not deadlock.
        foreach (var clause in events.Select(heard => heard.Event).OrderBy(e => e.NoticeId).ThenBy(e => e.Clause, StringComparer.Ordinal).ThenBy(e => e.Version))
            (clause.Silent ? silent : aloud).UnionWith(await MeasureStore.ApplyAsync(connection, transaction, clause, cancellationToken));
        if (silent.Count + aloud.Count == 0) return;

        await ProfileStore.BeginMonthsAsync(connection, cancellationToken);
        var told = await ProfileStore.CollapsesAsync(connection, [.. silent, .. aloud], cancellationToken);
        if (told.Count == 0) return;
        var explained = await ExplainedFlows.OfAsync(connection, told, cancellationToken);
        // What is loaded without telling anybody explains without telling anybody.
        foreach (var changed in await profiles.StoreChangedAsync(connection, [.. explained.Select(p => p with { Silent = !aloud.Contains(p.Mineral) })], cancellationToken))
            db.Publish(changed);
    }
}
