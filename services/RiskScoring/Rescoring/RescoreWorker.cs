using Chokepoint.ServiceDefaults;
using Npgsql;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>Drains the work table: at once when a handler of this process has committed, and every now and then for the other replicas.</summary>
internal sealed class RescoreWorker(RescoreBatch batch, RescoreSignal signal, NpgsqlDataSource database, DatabaseReadiness readiness, ILogger<RescoreWorker> log)
    : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Its waits are real ones, whatever day it is.</summary>
    private readonly Floods floods = new(TimeProvider.System);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DrainAsync(stoppingToken);
                if (floods.AnyHeld)
                {
                    // Those who flood signal at every commit: no looking at each.
                    await Task.Delay(Floods.Look, stoppingToken);
                    await floods.LookAsync(database, stoppingToken);
                }
                else
                {
                    await signal.WaitAsync(Look, stoppingToken);
                }
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
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        const int first = 32, largest = 512;
        for (var size = first; ; size = Math.Min(largest, size * 2))
        {
            var taken = await batch.RunAsync(size, floods.Held, cancellationToken);
            floods.Took(taken);
            if (taken.Count < size) return;
        }
    }
}
