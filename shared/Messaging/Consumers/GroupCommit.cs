using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Inbox;

namespace Chokepoint.Messaging.Consumers;

/// <summary>
/// Applies what has arrived together in one transaction: one message at a time while little comes, more while the last commit
/// lasts, without waiting for a group to fill, unless it was told to linger. A group that fails is given back, to be applied one by one.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing.")]
internal sealed class GroupCommit<TEvent>(GroupCommit<TEvent>.Apply apply, int workers, int size, TimeSpan linger)
    where TEvent : class, IPlatformEvent
{
    internal delegate Task<bool[]> Apply(IReadOnlyList<Delivery<TEvent>> deliveries, CancellationToken cancellationToken);

    private readonly int _helpFrom = linger > TimeSpan.Zero ? size : 8;
    private readonly TimeSpan _heldUp = linger + TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _help = new(0);
    private int _watching;
    private readonly Channel<Waiting> _waiting = Channel.CreateUnbounded<Waiting>();

    private sealed record Waiting(Delivery<TEvent> Delivery, TaskCompletionSource<bool?> Outcome, long Since);

    /// <summary>Works until told to stop, and gives back what it has not begun.</summary>
    /// <param name="abandon">Ends what has been begun too.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(worker, stop, abandon), CancellationToken.None)));
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out var left)) left.Outcome.TrySetCanceled(stop);
    }

    /// <returns>Whether the event was new; null when it has to be applied by itself.</returns>
    /// <exception cref="OperationCanceledException">The work has been stopped; nothing of this delivery was done.</exception>
    public Task<bool?> ApplyAsync(Delivery<TEvent> delivery)
    {
        var outcome = new TaskCompletionSource<bool?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.Writer.TryWrite(new Waiting(delivery, outcome, Stopwatch.GetTimestamp()))) outcome.SetCanceled(CancellationToken.None);
        else CallForHelp();
        return outcome.Task;
    }

    private async Task WorkAsync(int worker, CancellationToken stop, CancellationToken abandon)
    {
        var group = new List<Waiting>(size);
        while (true)
        {
            try
            {
                if (worker > 0) await _help.WaitAsync(stop);
                else if (await _waiting.Reader.WaitToReadAsync(stop) && linger > TimeSpan.Zero && _waiting.Reader.Count < size) await Task.Delay(linger, stop);
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

    /// <summary>
    /// The first worker takes what comes. The others help when more waits than a small group, or when what waits has waited for
    /// long because the first is held up; before that they would only make more transactions of the same work.
    /// </summary>
    private void CallForHelp()
    {
        if (workers == 1) return;
        if (_waiting.Reader.Count >= _helpFrom)
        {
            if (_help.CurrentCount == 0) _help.Release();
        }
        else if (Interlocked.Exchange(ref _watching, 1) == 0)
        {
            _ = WatchAsync();
        }
    }

    private async Task WatchAsync()
    {
        var wait = _heldUp;
        do
        {
            await Task.Delay(wait);
            Volatile.Write(ref _watching, 0);
            if (!_waiting.Reader.TryPeek(out var oldest)) return;
            wait = _heldUp - Stopwatch.GetElapsedTime(oldest.Since);
            if (wait > TimeSpan.Zero) continue; // it came while others were watched
            if (_help.CurrentCount == 0) _help.Release();
            return;
        }
        while (Interlocked.Exchange(ref _watching, 1) == 0);
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
