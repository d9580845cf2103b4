using Chokepoint.ServiceDefaults;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>Drains the work table: at once when a handler of this process has committed, and every now and then for the other replicas.</summary>
internal sealed class RescoreWorker(RescoreBatch batch, RescoreSignal signal, DatabaseReadiness readiness, ILogger<RescoreWorker> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>More requests than this for one pair, between two rescores of it, are a burst: waiting a little then saves rescores.</summary>
    private const int Burst = 4;

    /// <summary>This many are a flood: whoever sends so much about one mineral is served by fewer scores, not by a later last one.</summary>
    private const int Flood = 64;

    private static readonly TimeSpan LongestInBurst = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestInFlood = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var pause = TimeSpan.Zero;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var asked = await DrainAsync(stoppingToken);
                pause = asked > Burst ? Next(pause, asked > Flood ? LongestInFlood : LongestInBurst) : TimeSpan.Zero;
                await Task.Delay(pause, stoppingToken);
                await signal.WaitAsync(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // The rows are still there; nothing was taken by a transaction that failed.
                log.LogWarning(exception, "Scores were not revised; trying again in {Retry}", Retry);
                await Task.Delay(Retry, stoppingToken);
            }
        }
    }

    /// <summary>The first pairs of a notice are committed soon, the rest in batches that grow.</summary>
    /// <returns>The most requests that one pair had waiting.</returns>
    private async Task<int> DrainAsync(CancellationToken cancellationToken)
    {
        const int first = 32, largest = 512;
        var asked = 0;
        for (var size = first; ; size = Math.Min(largest, size * 2))
        {
            var (pairs, most) = await batch.RunAsync(size, cancellationToken);
            asked = Math.Max(asked, most);
            if (pairs < size) return asked;
        }
    }

    private static TimeSpan Next(TimeSpan pause, TimeSpan longest) =>
        pause == TimeSpan.Zero ? TimeSpan.FromMilliseconds(50) : pause * 2 < longest ? pause * 2 : longest;
}
