using System.Threading.Channels;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>Wakes the dispatcher of this process: rows were committed, or a slot became free. Many signals before it looks are one.</summary>
internal sealed class DispatchSignal
{
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Raise() => _signals.Writer.TryWrite(true);

    /// <summary>Returns at a signal, or when the wait is over.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(atMost);
        try
        {
            await _signals.Reader.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The wait is over.
        }
    }
}
