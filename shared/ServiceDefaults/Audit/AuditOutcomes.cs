using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Writes what came of each write, many in a statement and behind the answers, and forgets entries that are old. What is lost with the
/// process is a status, never an entry.
/// </summary>
internal sealed class AuditOutcomes(
    AuditTable table, DatabaseReadiness readiness, IOptions<AuditSettings> settings, TimeProvider time, ILogger<AuditOutcomes> logger) : BackgroundService
{
    private const int AtOnce = 500;
    private const int MostWaiting = 100_000; // while the database is away
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenPrunings = TimeSpan.FromHours(1);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly Channel<AuditOutcome> _waiting =
        Channel.CreateBounded<AuditOutcome>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public void Add(AuditOutcome outcome) => _waiting.Writer.TryWrite(outcome);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        await Task.WhenAll(WriteAsync(stoppingToken), PruneAsync(stoppingToken));
    }

    private async Task WriteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<AuditOutcome>();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                await Task.Delay(Gather, time, stoppingToken);
                Take(batch);
                while (!await TryWriteAsync(batch, stoppingToken))
                    await Task.Delay(Pause, time, stoppingToken);
                batch.Clear();
            }
        }
        catch (OperationCanceledException)
        {
            using var deadline = new CancellationTokenSource(LastWords, time);
            for (Take(batch); batch.Count > 0 && await TryWriteAsync(batch, deadline.Token); Take(batch))
                batch.Clear();
        }
    }

    private void Take(List<AuditOutcome> batch)
    {
        while (batch.Count < AtOnce && _waiting.Reader.TryRead(out var outcome))
            batch.Add(outcome);
    }

    private async Task<bool> TryWriteAsync(List<AuditOutcome> batch, CancellationToken cancellationToken)
    {
        try
        {
            await table.EndAsync(batch, cancellationToken);
            return true;
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            logger.LogDebug("The outcomes of {Count} writes are not in the audit log yet: {Reason}", batch.Count, fault.Message);
            return false;
        }
    }

    private async Task PruneAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await table.PruneAsync(settings.Value.Retention, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("The audit log was not pruned this time: {Reason}", fault.Message);
            }
            await Task.Delay(BetweenPrunings, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
