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

/// <summary>Keeps what an importer of the scored ones buys from whom, and asks for its score, in the transaction that records the event.</summary>
internal sealed class SupplyProfileChangedHandler(RiskDbContext db, SupplyBook book) : IHandle<SupplyProfileChanged>
{
    public async Task HandleAsync(SupplyProfileChanged @event, CancellationToken cancellationToken)
    {
        if (!book.Contains(@event.Importer, @event.Mineral) || SupplyReading.From(@event) is not { } reading) return;
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var transaction = (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        if (!await SignalStore.ApplyAsync(connection, transaction, SignalKey.Of(reading), @event, @event.Silent, cancellationToken)) return;

        await WorkTable.AskAsync(
            connection, transaction, [(@event.Importer, @event.Mineral)], new WorkReason(@event.OccurredAt, @event.Silent, Activity.Current?.Id), cancellationToken);
    }
}
