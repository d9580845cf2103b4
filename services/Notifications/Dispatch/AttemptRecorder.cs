using System.Threading.Channels;
using Chokepoint.Notifications.Domain;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>
/// Stores what came of attempts, many in one transaction. Until an attempt is stored its delivery stays claimed; a process that dies
/// before that leaves the claim to lapse, and the delivery is made again under the same <c>webhook-id</c>. Successes, of which nothing
/// follows, linger for a moment: stored at once they would compete with the events on their way.
/// </summary>
internal sealed class AttemptRecorder(
    AttemptStore store, IOptions<DispatchSettings> options, DispatchSignal signal, ILogger<AttemptRecorder> log) : BackgroundService
{
    private const int Batch = 200;
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(150);

    // Bounded: when the database is away the senders wait here, and nothing more is claimed.
    private readonly Channel<AttemptResult> _results = Channel.CreateBounded<AttemptResult>(
        new BoundedChannelOptions(2_000) { SingleReader = true });

    public ValueTask RecordAsync(AttemptResult result, CancellationToken cancellationToken) =>
        _results.Writer.WriteAsync(result, cancellationToken);

    /// <summary>No more will come; what is there is stored before the service ends.</summary>
    public void Complete() => _results.Writer.TryComplete();

    // Reads to the end of the channel, which the dispatcher closes when its last attempt is done, and not to the stopping token.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<AttemptResult>(Batch);
        while (await _results.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await GatherAsync(batch);
            foreach (var turn in Turns(batch)) await StoreAsync(turn, stoppingToken);
            batch.Clear();
        }
    }

    /// <summary>
    /// A statement counts one attempt of a delivery. One that was made again while its success lingered is there twice: the second is stored
    /// after the first.
    /// </summary>
    private static IEnumerable<List<AttemptResult>> Turns(List<AttemptResult> batch) => batch
        .GroupBy(result => result.Delivery.Id).SelectMany(ofOne => ofOne.Index())
        .GroupBy(result => result.Index, result => result.Item, (_, results) => results.ToList());

    /// <summary>What is there, and what comes while nothing but successes waits and the batch is not full.</summary>
    private async Task GatherAsync(List<AttemptResult> batch)
    {
        using var over = new CancellationTokenSource(Linger);
        try
        {
            do
            {
                while (batch.Count < Batch && _results.Reader.TryRead(out var result)) batch.Add(result);
            }
            while (batch.Count < Batch && batch.TrueForAll(result => result.Succeeded) && await _results.Reader.WaitToReadAsync(over.Token));
        }
        catch (OperationCanceledException)
        {
            // The moment is over.
        }
    }

    private async Task StoreAsync(List<AttemptResult> batch, CancellationToken stoppingToken)
    {
        var schedule = options.Value.Schedule;
        var verdicts = batch.ConvertAll(result => Verdict.On(result, schedule));
        for (var wait = TimeSpan.FromMilliseconds(100); ; wait = wait < TimeSpan.FromSeconds(5) ? wait * 2 : wait)
        {
            try
            {
                await StoreAsync(verdicts);
                return;
            }
            catch (PostgresException error) when (!error.IsTransient && batch.Count > 1)
            {
                // One that cannot be written must not hold up the rest.
                foreach (var result in batch) await StoreAsync([result], stoppingToken);
                return;
            }
            catch (PostgresException error) when (!error.IsTransient)
            {
                log.LogError(error, "An attempt of delivery {Delivery} cannot be stored; its claim lapses and it is made again", batch[0].Delivery.Id);
                return;
            }
            catch (Exception error)
            {
                log.LogWarning(error, "{Count} attempts could not be stored yet", batch.Count);
                if (stoppingToken.IsCancellationRequested) return; // the claims lapse, and the deliveries are made again
                await Task.Delay(wait, CancellationToken.None);
            }
        }
    }

    private async Task StoreAsync(List<Verdict> verdicts)
    {
        await store.StoreAsync(verdicts, CancellationToken.None);
        foreach (var verdict in verdicts) Telemetry.Attempted(verdict.Result);
        if (verdicts.Exists(v => v.RetryIn is not null)) signal.Raise(); // so that the dispatcher knows when the next one falls due
    }
}
