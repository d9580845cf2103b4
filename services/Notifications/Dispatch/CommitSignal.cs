using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>
/// Signals the dispatcher as soon as a transaction that may hold new deliveries has committed, and never before. Any may, save one of which
/// it was said that it holds none to be looked for: most events have no listener, and a look for each would be for nothing.
/// </summary>
internal sealed class CommitSignal(DispatchSignal signal) : DbTransactionInterceptor
{
    private readonly ConditionalWeakTable<DbContext, Intake> _intakes = [];

    /// <summary>It counts only with the very transaction that it was said in: a context is used again after a rollback.</summary>
    private sealed record Intake(Guid Transaction, bool Delivers);

    /// <summary>Says of the open transaction what taking in more events has written; all else that is done in it writes no deliveries.</summary>
    /// <param name="delivers">Whether there are deliveries among it.</param>
    public void TookIn(DbContext db, bool delivers)
    {
        var transaction = db.Database.CurrentTransaction!.TransactionId;
        if (_intakes.TryGetValue(db, out var before) && before.Transaction == transaction) delivers |= before.Delivers;
        _intakes.AddOrUpdate(db, new Intake(transaction, delivers));
    }

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Committed(eventData);

    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Committed(eventData);
        return Task.CompletedTask;
    }

    private void Committed(TransactionEndEventData ended)
    {
        var intake = ended.Context is { } db && _intakes.TryGetValue(db, out var said) && said.Transaction == ended.TransactionId ? said : null;
        if (intake is null or { Delivers: true }) signal.Raise();
    }
}
