using Chokepoint.ServiceDefaults;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>Drains the work table: at once when a handler of this process has committed, and every now and then for the other replicas.</summary>
internal sealed class RescoreWorker(RescoreBatch batch, RescoreSignal signal, DatabaseReadiness readiness, ILogger<RescoreWorker> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await batch.RunAsync(stoppingToken) > 0)
                {
                    // Until nothing waits.
                }

                await signal.WaitAsync(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // The rows are still there; nothing was taken by a transaction that failed.
                log.LogWarning(exception, "Scores were not revised; trying again in {Pause}", Pause);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }
}
