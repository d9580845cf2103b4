using System.Diagnostics;

namespace Chokepoint.Messaging.Outbox;

/// <summary>Wakes the relay. Many signals before it looks are one.</summary>
internal sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _due = new(0, 1);
    private long _pointedAt;

    /// <summary>Taken by <see cref="OutboxNotifications"/>: this process wrote rows.</summary>
    public SemaphoreSlim Written { get; } = new(0, 1);

    /// <summary>This process has committed rows.</summary>
    public void Set()
    {
        Raise(_due);
        Raise(Written);
    }

    /// <summary>This process has committed rows that are in the table alone.</summary>
    public void SetForTable()
    {
        Point();
        Set();
    }

    /// <summary>Another process has.</summary>
    public void Wake()
    {
        Point();
        Raise(_due);
    }

    /// <summary>The table holds rows up to now that are in no process's memory.</summary>
    public void Point() => Volatile.Write(ref _pointedAt, Stopwatch.GetTimestamp());

    /// <summary>When the table was last pointed at, by <see cref="Stopwatch"/>, for it is held against the database's clock; 0 when it was not since this was last asked.</summary>
    public long TakePointedAt() => Interlocked.Exchange(ref _pointedAt, 0);

    /// <summary>What a look did not finish.</summary>
    public void PointBack(long pointedAt) => Interlocked.CompareExchange(ref _pointedAt, pointedAt, 0);

    /// <summary>Signalled since it was last waited for.</summary>
    public bool IsSet => _due.CurrentCount > 0;

    /// <returns>Whether it was signalled, rather than timed out.</returns>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => _due.WaitAsync(timeout, cancellationToken);

    public void Dispose()
    {
        _due.Dispose();
        Written.Dispose();
    }

    private static void Raise(SemaphoreSlim flag)
    {
        if (flag.CurrentCount > 0) return;
        try
        {
            flag.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another writer was quicker, which serves both.
        }
    }
}
