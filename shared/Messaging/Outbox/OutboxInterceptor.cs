using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Chokepoint.Messaging.Outbox;

/// <summary>Hands outbox rows to the relay once they are committed: after a save of its own transaction, or after the caller's commit.</summary>
internal sealed class OutboxInterceptor(FreshRows fresh) : IDbTransactionInterceptor, ISaveChangesInterceptor
{
    /// <summary>What contexts saved in a transaction that is still open.</summary>
    private readonly ConditionalWeakTable<DbContext, Uncommitted> _uncommitted = [];

    /// <summary>Rows count as committed only with the very transaction that they were saved in: a context is used again after a rollback.</summary>
    private sealed record Uncommitted(Guid Transaction, List<OutboxRow> Rows);

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

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Ended(eventData, committed: true);

    public Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Ended(eventData, committed: true);
        return Task.CompletedTask;
    }

    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => Ended(eventData, committed: false);

    public Task TransactionRolledBackAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Ended(eventData, committed: false);
        return Task.CompletedTask;
    }

    /// <summary>Which of the rows are undone with the savepoint is not known here; those that are not are found in the table.</summary>
    public Task RolledBackToSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken = default)
    {
        RolledBackToSavepoint(transaction, eventData);
        return Task.CompletedTask;
    }

    public void RolledBackToSavepoint(DbTransaction transaction, TransactionEventData eventData)
    {
        if (eventData.Context is { } db && _uncommitted.TryGetValue(db, out var saved)) saved.Rows.Clear();
    }

    private void Saved(DbContext? db)
    {
        if (db is null) return;
        // The state manager's own list: Entries<T>() would run DetectChanges over everything tracked once more.
        var detect = db.ChangeTracker.AutoDetectChangesEnabled;
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        List<OutboxRow>? written = null;
        foreach (var entry in db.ChangeTracker.Entries<OutboxRow>())
        {
            if (entry.State is not EntityState.Unchanged) continue;
            (written ??= []).Add(entry.Entity);
            // A written row is of no more use to the context; a handler that publishes thousands would drag them along.
            entry.State = EntityState.Detached;
        }

        db.ChangeTracker.AutoDetectChangesEnabled = detect;
        if (written is null) return;
        if (db.Database.CurrentTransaction is not { TransactionId: var transaction }) fresh.Add(written);
        else if (_uncommitted.TryGetValue(db, out var saved) && saved.Transaction == transaction) saved.Rows.AddRange(written);
        else _uncommitted.AddOrUpdate(db, new Uncommitted(transaction, written));
    }

    private void Ended(TransactionEndEventData ended, bool committed)
    {
        if (ended.Context is not { } db || !_uncommitted.TryGetValue(db, out var saved)) return;
        _uncommitted.Remove(db);
        if (committed && saved.Transaction == ended.TransactionId) fresh.Add(saved.Rows);
    }
}
