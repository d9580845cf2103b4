using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>Signals the dispatcher as soon as a transaction that may hold new deliveries has committed, and never before.</summary>
internal sealed class CommitSignal(DispatchSignal signal) : DbTransactionInterceptor
{
    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => signal.Raise();

    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        signal.Raise();
        return Task.CompletedTask;
    }
}
