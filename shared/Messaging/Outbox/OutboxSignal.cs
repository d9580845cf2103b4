namespace Chokepoint.Messaging.Outbox;

/// <summary>Wakes the relay. Many signals before it looks are one.</summary>
internal sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _due = new(0, 1);

    /// <summary>Taken by <see cref="OutboxNotifications"/>: this process wrote rows.</summary>
    public SemaphoreSlim Written { get; } = new(0, 1);

    /// <summary>This process has committed rows.</summary>
    public void Set()
    {
        Raise(_due);
        Raise(Written);
    }

    /// <summary>Another process has.</summary>
    public void Wake() => Raise(_due);

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
