using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>Wakes the workers of this process as soon as a handler's transaction is committed. Many signals before they look are one.</summary>
internal sealed class RescoreSignal : DbTransactionInterceptor, IDisposable
{
    private readonly SemaphoreSlim waiting = new(0, 1);

    public void Set()
    {
        if (waiting.CurrentCount > 0) return;
        try
        {
            waiting.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else signalled in between, which serves both.
        }
    }

    public Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => waiting.WaitAsync(timeout, cancellationToken);

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Set();

    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Set();
        return Task.CompletedTask;
    }

    public void Dispose() => waiting.Dispose();
}
