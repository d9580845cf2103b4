using System.Diagnostics;
using Chokepoint.Polling.Http;
using Chokepoint.Polling.Store;
using Chokepoint.ServiceDefaults;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.Polling;

/// <summary>
/// Polls every source that is switched on when it is due, each by itself, so that a slow one holds up none; and watches how they
/// stand. Of several processes one polls a source at a time: the lease in the database says which.
/// </summary>
internal sealed partial class PollWorker(
    IEnumerable<PolledSource> sources, IServiceProvider services, PoliteClient client, PollStore store, PollBoard board,
    PollMetrics metrics, PollingOptions options, TimeProvider time, ILogger<PollWorker> logger, DatabaseReadiness? database = null) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (database is not null) await database.WaitAsync(stoppingToken);
        await Task.WhenAll(sources.Select(source => WatchAsync(source, stoppingToken)));
    }

    private async Task WatchAsync(PolledSource source, CancellationToken stoppingToken)
    {
        var polled = source.Options.Enabled ? source.Make(services) : null;
        var isRegistered = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!isRegistered) await store.RegisterAsync(source.Name, source.Options.Enabled, stoppingToken);
                isRegistered = true;
                if (polled is not null) await TakeTurnAsync(source, polled, stoppingToken);
                foreach (var (isRaised, sentence) in await board.AlertAsync(source, stoppingToken)) LogAlert(isRaised ? LogLevel.Warning : LogLevel.Information, sentence);
                await board.ReadAsync(source, stoppingToken);
                if (polled is null) return;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogStuck(e, source.Name); // the database is away: what was being polled is polled again
            }
            await Task.Delay(options.Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Polls the source if it is due and nobody else does.</summary>
    private async Task TakeTurnAsync(PolledSource source, IPolledSource polled, CancellationToken stoppingToken)
    {
        if (await store.ClaimAsync(source.Name, stoppingToken) is not { } lease) return;
        using var activity = PollMetrics.Source.StartActivity("poll " + source.Name);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var renewing = KeepLeaseAsync(lease, ending);
        var turn = new PollTurn(client, store, lease, source.Options);
        try
        {
            await polled.PollAsync(turn, ending.Token);
            metrics.Turned(source.Name, "success");
            await store.SucceedAsync(lease, Waits.AfterSuccess(source.Options, Random.Shared.NextDouble()), CancellationToken.None);
            LogPolled(source.Name, turn.New);
        }
        catch (PollException e)
        {
            await FailAsync(source, lease, e.Failure, e.Message, e.RetryAfter, e);
        }
        catch (Exception e) when (e is PollLeaseLostException || (ending.IsCancellationRequested && !stoppingToken.IsCancellationRequested))
        {
            metrics.Turned(source.Name, "lost");
            LogLost(source.Name);
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            await store.ReleaseAsync(lease, CancellationToken.None);
        }
        catch (Exception e) when (e is not NpgsqlException { IsTransient: true })
        {
            await FailAsync(source, lease, PollFailure.Internal, $"{e.GetType().Name} while {source.Name} was read; the service's log has it.", null, e);
        }
        finally
        {
            metrics.Documents(source.Name, turn.New);
            await ending.CancelAsync();
            await renewing;
        }
    }

    private async Task FailAsync(PolledSource source, PollLease lease, PollFailure failure, string detail, TimeSpan? retryAfter, Exception e)
    {
        metrics.Turned(source.Name, failure.ToString());
        Activity.Current?.SetStatus(ActivityStatusCode.Error, detail);
        var wait = Waits.AfterFailure(source.Options, lease.Failures, retryAfter, Random.Shared.NextDouble());
        await store.FailAsync(lease, failure, detail, wait, CancellationToken.None);
        LogFailed(failure is PollFailure.Internal ? e : null, source.Name, failure, detail, wait);
    }

    private async Task KeepLeaseAsync(PollLease lease, CancellationTokenSource ending)
    {
        using var timer = new PeriodicTimer(options.Lease / 3);
        while (true)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(ending.Token)) return;
                if (await store.RenewAsync(lease, ending.Token)) continue;
                await ending.CancelAsync();
                return;
            }
            catch (OperationCanceledException)
            {
                return; // the turn has ended
            }
            catch (NpgsqlException e)
            {
                LogStuck(e, lease.Source); // the lease may run out; writes are fenced, so going on is safe
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Source} polled: {New} new documents")]
    private partial void LogPolled(string source, int @new);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Source} failed ({Failure}): {Detail} Next in {Wait}")]
    private partial void LogFailed(Exception? e, string source, PollFailure failure, string detail, TimeSpan wait);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Source} was taken over by another process")]
    private partial void LogLost(string source);

    [LoggerMessage(Message = "{Sentence}")]
    private partial void LogAlert(LogLevel level, string sentence);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Source} waits for the database")]
    private partial void LogStuck(Exception e, string source);
}
