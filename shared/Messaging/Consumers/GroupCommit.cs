using System.Threading.Channels;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Inbox;

namespace Chokepoint.Messaging.Consumers;

/// <summary>
/// Applies what has arrived together in one transaction: one message at a time while little comes, more while the last commit
/// lasts, without waiting for a group to fill. A group that fails is given back, to be applied one by one.
/// </summary>
internal sealed class GroupCommit<TEvent>(GroupCommit<TEvent>.Apply apply, int workers, int size)
    where TEvent : class, IPlatformEvent
{
    internal delegate Task<bool[]> Apply(IReadOnlyList<Delivery<TEvent>> deliveries, CancellationToken cancellationToken);

    private readonly Channel<Waiting> _waiting = Channel.CreateUnbounded<Waiting>();

    private sealed record Waiting(Delivery<TEvent> Delivery, TaskCompletionSource<bool?> Outcome);

    /// <summary>Works until told to stop, and gives back what it has not begun.</summary>
    /// <param name="abandon">Ends what has been begun too.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(stop, abandon), CancellationToken.None)));
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out var left)) left.Outcome.TrySetCanceled(stop);
    }

    /// <returns>Whether the event was new; null when it has to be applied by itself.</returns>
    /// <exception cref="OperationCanceledException">The work has been stopped; nothing of this delivery was done.</exception>
    public Task<bool?> ApplyAsync(Delivery<TEvent> delivery)
    {
        var outcome = new TaskCompletionSource<bool?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.Writer.TryWrite(new Waiting(delivery, outcome))) outcome.SetCanceled(CancellationToken.None);
        return outcome.Task;
    }

    private async Task WorkAsync(CancellationToken stop, CancellationToken abandon)
    {
        var group = new List<Waiting>(size);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await _waiting.Reader.WaitToReadAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            while (group.Count < size && _waiting.Reader.TryRead(out var next)) group.Add(next);
            if (group.Count == 0) continue;
            await ApplyAsync(group, abandon);
            group.Clear();
        }
    }

    private async Task ApplyAsync(List<Waiting> group, CancellationToken abandon)
    {
        try
        {
            var isNew = await apply([.. group.Select(one => one.Delivery)], abandon);
            for (var i = 0; i < group.Count; i++) group[i].Outcome.TrySetResult(isNew[i]);
        }
        catch (Exception exception) when (group.Count == 1)
        {
            group[0].Outcome.TrySetException(exception); // nobody else's fault can be meant
        }
        catch (Exception)
        {
            foreach (var one in group) one.Outcome.TrySetResult(null);
        }
    }
}
