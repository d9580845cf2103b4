using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>
/// Signals the dispatcher as soon as a transaction that may hold new deliveries has committed, and never before. Any may, save one of which
/// it was said that it holds none to be looked for: most events have no listener, and a look for each would be for nothing. What it has
/// claimed itself goes to the dispatcher as it is.
/// </summary>
internal sealed class CommitSignal(DispatchSignal signal, FreshDeliveries fresh) : DbTransactionInterceptor
{
    private readonly ConditionalWeakTable<DbContext, Intake> _intakes = [];

    /// <summary>It counts only with the very transaction that it was said in: a context is used again after a rollback.</summary>
    private sealed record Intake(Guid Transaction, bool Delivers, IReadOnlyList<ClaimedDelivery> Claimed);

    /// <summary>Says of the open transaction what taking in one more event has written; all else that is done in it writes no deliveries.</summary>
    /// <param name="delivers">Whether there are deliveries among it that nobody has claimed.</param>
    public void TookIn(DbContext db, bool delivers, IReadOnlyList<ClaimedDelivery> claimed)
    {
        var transaction = db.Database.CurrentTransaction!.TransactionId;
        if (_intakes.TryGetValue(db, out var before) && before.Transaction == transaction)
            (delivers, claimed) = (delivers || before.Delivers, [.. before.Claimed, .. claimed]);
        _intakes.AddOrUpdate(db, new Intake(transaction, delivers, claimed));
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
        if (intake is { Claimed.Count: > 0 }) fresh.Committed(intake.Claimed);
    }
}
