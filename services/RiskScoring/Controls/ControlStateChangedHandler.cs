using System.Diagnostics;
using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.RiskScoring.Data;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Supply;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Chokepoint.RiskScoring.Controls;

/// <summary>Keeps a clause and asks for the scores it touches, in the transaction that records the event; the workers score after it.</summary>
internal sealed class ControlStateChangedHandler(RiskDbContext db, SupplyBook book) : IHandle<ControlStateChanged>
{
    public async Task HandleAsync(ControlStateChanged @event, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var transaction = (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        var (isNewer, before) = await ClauseStore.ApplyAsync(connection, transaction, @event, cancellationToken);
        if (!isNewer) return;

        var after = ClauseStore.From(@event);
        // A corrected clause may have let go of a mineral or a destination: what it touched before is scored again too.
        IEnumerable<ControlClause> both = before is null ? [after] : [before, after];
        await WorkTable.AskAsync(
            connection, transaction, TouchedPairs.Of(book, both), new WorkReason(@event.OccurredAt, @event.Silent, Activity.Current?.Id), cancellationToken);
    }
}
