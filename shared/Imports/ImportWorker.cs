using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.Imports;

/// <summary>
/// Carries out accepted imports, in as many lanes as the service has; replicas share the queue. Rows go by binary COPY into a staging
/// table of the job's own, each batch in one transaction with the count of rows read, so that a job taken over after a kill goes
/// on where the last batch ended; one merge at the end, with the last batch, applies all of them or none. A lane reads its file while
/// another merges; merges follow one another in the order of acceptance.
/// </summary>
internal sealed partial class ImportWorker<TRow>(
    NpgsqlDataSource database, IEnumerable<IImportFormat<TRow>> formats, ImportLanes<TRow> lanes, ImportSignal signal,
    ImportOptions options, ILogger<ImportWorker<TRow>> logger) : BackgroundService
{
    private readonly ImportStore _store = new(database);
    private readonly Dictionary<string, IImportFormat<TRow>> _formats = formats.ToDictionary(f => f.Name, StringComparer.Ordinal);
    private readonly SemaphoreSlim _claiming = new(1);
    private Task _claimedBefore = Task.CompletedTask;
    private bool _isTidied;

    public override void Dispose()
    {
        _claiming.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(lanes.Targets.Select(target => RunLaneAsync(target, stoppingToken)));

    private async Task RunLaneAsync(IImportTarget<TRow> target, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await RunNextAsync(target, stoppingToken)) continue;
                if (!_isTidied) await _store.DiscardForgottenAsync(stoppingToken);
                _isTidied = true;
                await signal.WaitAsync(options.Poll, stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The database is away, or its schema is not there yet; the jobs in it are not lost, so wait and ask again.
                if (e is not PostgresException { SqlState: PostgresErrorCodes.UndefinedTable }) LogQueueUnreachable(e);
                await Task.Delay(options.Poll, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Claims and carries out one job; false when there is none.</summary>
    private async Task<bool> RunNextAsync(IImportTarget<TRow> target, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (await ClaimAsync(ended.Task, cancellationToken) is not var (job, before)) return false;
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = KeepLeaseAsync(job, lost);
        try
        {
            await RunAsync(job, target, before, lost.Token);
        }
        finally
        {
            ended.SetResult();
            await lost.CancelAsync();
            await renewing;
        }
        return true;
    }

    /// <summary>The next job, and when the one that was claimed before it here has ended; null when there is none.</summary>
    private async Task<(ImportJob Job, Task Before)?> ClaimAsync(Task ended, CancellationToken cancellationToken)
    {
        await _claiming.WaitAsync(cancellationToken);
        try
        {
            if (await _store.ClaimAsync(options.Lease, cancellationToken) is not { } job) return null;
            var before = _claimedBefore;
            _claimedBefore = ended;
            return (job, before);
        }
        finally
        {
            _claiming.Release();
        }
    }

    private async Task RunAsync(ImportJob job, IImportTarget<TRow> target, Task before, CancellationToken cancellationToken)
    {
        var staging = StagingTable(job);
        try
        {
            if (!_formats.TryGetValue(job.Format, out var format))
                throw ImportRefusedException.NotTheFormat($"This version does not read the format {job.Format}.");
            var staged = await StageAsync(job, target, format, staging, cancellationToken);
            await before.WaitAsync(cancellationToken);
            var outcome = await MergeAsync(job, target, staged, staging, cancellationToken);
            await _store.DiscardBodyAsync(job, CancellationToken.None);
            LogCompleted(job.No, job.Format, outcome.New, outcome.Revised, outcome.Unchanged);
        }
        catch (ImportRefusedException refused)
        {
            LogRefused(job.No, job.Format, refused.Problem.Detail);
            await _store.AbandonAsync(job, ImportState.Rejected, refused.Problem, staging, CancellationToken.None);
        }
        catch (ImportCancelledException)
        {
            await _store.AbandonAsync(job, ImportState.Cancelled, null, staging, CancellationToken.None);
        }
        catch (ImportLostException)
        {
            LogLost(job.No);
        }
        catch (OperationCanceledException)
        {
            // Stopping, or the lease was lost: whoever claims the job next goes on from its last batch.
            await _store.ReleaseAsync(job, TimeSpan.Zero, CancellationToken.None);
        }
        catch (Exception e)
        {
            await RetryOrFailAsync(job, staging, e);
        }
    }

    private async Task RetryOrFailAsync(ImportJob job, string staging, Exception e)
    {
        LogFailed(e, job.No, job.Attempt);
        if (job.Attempt < options.MaxAttempts)
        {
            await _store.ReleaseAsync(job, options.RetryAfter, CancellationToken.None);
            return;
        }
        var problem = new ImportProblem(
            "/problems/import-failed", "The import was given up.", $"It failed {job.Attempt} times; nothing of it was stored. {Cause(e)}");
        await _store.AbandonAsync(job, ImportState.Failed, problem, staging, CancellationToken.None);
    }

    private static string Cause(Exception e) => e is PostgresException { SqlState: PostgresErrorCodes.DiskFull }
        ? "The database's disk is full: make room, then send the file again."
        : "The service's log has the cause under the import's number.";

    private async Task<ImportStaging<TRow>> StageAsync(
        ImportJob job, IImportTarget<TRow> target, IImportFormat<TRow> format, string staging, CancellationToken cancellationToken)
    {
        await target.BeginAsync(job, cancellationToken);
        var staged = new ImportStaging<TRow>(target, job, staging, options.BatchBytes);
        await using var body = new SpooledBody(database, job.No, job.ByteCount);
        await using var rows = await format.OpenAsync(body, job.Options, cancellationToken);
        await staged.RunAsync(database, rows, body, cancellationToken);
        if (staged.IsNothingTaken)
        {
            await staged.KeepRejectsAsync(database, cancellationToken);
            throw ImportRefusedException.NothingTaken(staged.Read, staged.FirstReject);
        }
        return staged;
    }

    private async Task<MergeOutcome> MergeAsync(
        ImportJob job, IImportTarget<TRow> target, ImportStaging<TRow> staged, string staging, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var outcome = staged.IsBegun ? null : await target.StoreAsync(transaction, job, staged.End.Accepted, cancellationToken);
        if (outcome is null)
        {
            await staged.CompleteAsync(connection, cancellationToken);
            outcome = await target.MergeAsync(transaction, job, staging, staged.End.Accepted, cancellationToken);
            await ImportStore.DropAsync(connection, staging, cancellationToken);
        }
        else
        {
            await staged.CompleteRejectsAsync(connection, cancellationToken);
        }
        // Not sooner: whoever renews the lease or cancels the job must not wait for the merge.
        await ImportStore.CompleteAsync(connection, job, staged.End, outcome, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        target.Merged();
        return outcome;
    }

    private async Task KeepLeaseAsync(ImportJob job, CancellationTokenSource lost)
    {
        using var timer = new PeriodicTimer(options.Lease / 3);
        try
        {
            while (await timer.WaitForNextTickAsync(lost.Token))
            {
                if (await _store.RenewAsync(job, options.Lease, lost.Token)) continue;
                await lost.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The job has ended.
        }
        catch (NpgsqlException e)
        {
            // The lease runs out by itself; writes are fenced by the attempt, so going on is safe and stopping is not needed.
            LogQueueUnreachable(e);
        }
    }

    private static string StagingTable(ImportJob job) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"import_staging_{job.No}");

    [LoggerMessage(Level = LogLevel.Information, Message = "Import {No} ({Format}) merged: {New} new, {Revised} revised, {Unchanged} unchanged")]
    private partial void LogCompleted(long no, string format, long @new, long revised, long unchanged);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Import {No} ({Format}) refused: {Reason}")]
    private partial void LogRefused(long no, string format, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Import {No} was taken over by another worker")]
    private partial void LogLost(long no);

    [LoggerMessage(Level = LogLevel.Error, Message = "Import {No} failed at attempt {Attempt}")]
    private partial void LogFailed(Exception e, long no, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The import queue cannot be reached")]
    private partial void LogQueueUnreachable(Exception e);
}

/// <summary>How imports are carried out; the defaults suit a service with 300 MB.</summary>
public sealed record ImportOptions
{
    /// <summary>Longest body taken, in bytes.</summary>
    public long MaxBytes { get; init; } = 8L << 30;

    /// <summary>Encoded size at which a batch is written, in bytes.</summary>
    public int BatchBytes { get; init; } = 4 << 20;

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);
    public int MaxAttempts { get; init; } = 5;
}

/// <summary>A target for each file that a service has in work at once: what a target holds between calls is of one file.</summary>
internal sealed record ImportLanes<TRow>(IReadOnlyList<IImportTarget<TRow>> Targets);
