using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Chokepoint.Messaging.Outbox;

/// <summary>Signals the relay when outbox rows have been committed: after a save of its own transaction, or after the caller's commit.</summary>
internal sealed class OutboxInterceptor(OutboxSignal signal) : IDbTransactionInterceptor, ISaveChangesInterceptor
{
    private static readonly object Written = new();

    /// <summary>Contexts that saved outbox rows in a transaction that is still open.</summary>
    private readonly ConditionalWeakTable<DbContext, object> _uncommitted = [];

    public int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Saved(eventData.Context);
        return result;
    }

    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Saved(eventData.Context);
        return ValueTask.FromResult(result);
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Ended(eventData.Context, committed: true);

    public Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Ended(eventData.Context, committed: true);
        return Task.CompletedTask;
    }

    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => Ended(eventData.Context, committed: false);

    public Task TransactionRolledBackAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Ended(eventData.Context, committed: false);
        return Task.CompletedTask;
    }

    private void Saved(DbContext? db)
    {
        if (db is null) return;
        // The state manager's own list: Entries<T>() would run DetectChanges over everything tracked once more.
        var detect = db.ChangeTracker.AutoDetectChangesEnabled;
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        var wrote = false;
        foreach (var entry in db.ChangeTracker.Entries<OutboxRow>())
        {
            wrote = true;
            // A written row is of no more use to the context; a handler that publishes thousands would drag them along.
            if (entry.State is EntityState.Unchanged) entry.State = EntityState.Detached;
        }

        db.ChangeTracker.AutoDetectChangesEnabled = detect;
        if (!wrote) return;
        if (db.Database.CurrentTransaction is null) signal.Set();
        else _uncommitted.AddOrUpdate(db, Written);
    }

    private void Ended(DbContext? db, bool committed)
    {
        if (db is not null && _uncommitted.Remove(db) && committed) signal.Set();
    }
}
