using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.TradeFlows.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Chokepoint.TradeFlows.Measures;

/// <summary>Keeps a clause, so that a collapse can be shown beside what may explain it.</summary>
internal sealed class ControlStateChangedHandler(TradeDbContext db) : IHandle<ControlStateChanged>
{
    public Task HandleAsync(ControlStateChanged @event, CancellationToken cancellationToken) => MeasureStore.ApplyAsync(
        (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction(), @event, cancellationToken);
}
