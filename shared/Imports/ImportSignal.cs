using System.Threading.Channels;

namespace Chokepoint.Imports;

/// <summary>Wakes the worker of the process that accepted a file; other replicas poll.</summary>
public sealed class ImportSignal
{
    private readonly Channel<bool> _raised = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _raised.Writer.TryWrite(true);

    /// <summary>Returns when raised, and at the latest after <paramref name="atMost"/>.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(atMost);
        try
        {
            await _raised.Reader.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody raised it in this process; look anyway.
        }
    }
}
