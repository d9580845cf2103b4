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
internal sealed class ControlStateChangedHandler(TradeDbContext db, ProfileStore profiles) : IHandle<ControlStateChanged>
{
    public async Task HandleAsync(ControlStateChanged @event, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var transaction = (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        var minerals = await MeasureStore.ApplyAsync(connection, transaction, @event, cancellationToken);
        if (minerals.Count == 0) return;

        await ProfileStore.BeginMonthsAsync(connection, cancellationToken);
        var told = await ProfileStore.CollapsesAsync(connection, minerals, cancellationToken);
        if (told.Count == 0) return;
        var explained = await ExplainedFlows.OfAsync(connection, told, cancellationToken);
        // What is loaded without telling anybody explains without telling anybody.
        foreach (var changed in await profiles.StoreChangedAsync(connection, [.. explained.Select(p => p with { Silent = @event.Silent })], cancellationToken))
            db.Publish(changed);
    }
}
