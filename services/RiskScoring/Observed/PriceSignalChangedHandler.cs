using System.Diagnostics;
using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.RiskScoring.Data;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Supply;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Chokepoint.RiskScoring.Observed;

/// <summary>Keeps a price's signal and asks for the mineral's scores in every economy, in the transaction that records the event.</summary>
internal sealed class PriceSignalChangedHandler(RiskDbContext db, SupplyBook book) : IHandle<PriceSignalChanged>
{
    public async Task HandleAsync(PriceSignalChanged @event, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var transaction = (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        if (!await SignalStore.ApplyAsync(connection, transaction, SignalKey.Of(PriceReading.From(@event)), @event, @event.Silent, cancellationToken)) return;

        var pairs = ScoredEconomies.All.Select(e => (Economy: e, @event.Mineral)).Where(p => book.Contains(p.Economy, p.Mineral) && book.Of(p.Economy, p.Mineral).Count > 0);
        await WorkTable.AskAsync(
            connection, transaction, ScoredEconomies.InOrder(pairs), new WorkReason(@event.OccurredAt, @event.Silent, Activity.Current?.Id), cancellationToken);
    }
}
