using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.Imports;

/// <summary>
/// Carries out accepted imports, in as many lanes as the service has; replicas share the queue. Rows go by binary COPY into a staging
/// table of the job's own, each batch in one transaction with the count of rows read, so that a job taken over after a kill goes
/// on where the last batch ended; one merge at the end, with the last batch, applies all of them or none. A lane reads its file while
/// another merges; merges follow one another in the order of acceptance, so a file is begun when all before it have ended or are in work
/// here, and merged when those have ended.
/// </summary>
internal sealed partial class ImportWorker<TRow>(
    NpgsqlDataSource database, IEnumerable<IImportFormat<TRow>> formats, ImportLanes<TRow> lanes, ImportSignal signal,
    ImportOptions options, ILogger<ImportWorker<TRow>> logger) : BackgroundService
{
    private readonly ImportStore _store = new(database);
    private readonly Dictionary<string, IImportFormat<TRow>> _formats = formats.ToDictionary(f => f.Name, StringComparer.Ordinal);
    private readonly SemaphoreSlim _claiming = new(1);
    private readonly ConcurrentDictionary<long, Work> _inWork = new();
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
                if (!_isTidied)
                {
                    _isTidied = true;
                    await _store.DiscardForgottenAsync(stoppingToken);
                }
                await signal.WaitAsync(options.Poll, stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The database is away, or its schema is not there yet; the jobs in it are not lost, so wait and ask again.
                _isTidied = false;
                if (e is not PostgresException { SqlState: PostgresErrorCodes.UndefinedTable }) LogQueueUnreachable(e);
                await Task.Delay(options.Poll, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Claims and carries out one job; false when there is none to be had.</summary>
    private async Task<bool> RunNextAsync(IImportTarget<TRow> target, CancellationToken cancellationToken)
    {
        if (await ClaimAsync(cancellationToken) is not { } work) return false;
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = KeepLeaseAsync(work.Job, lost);
        var isOver = false;
        try
        {
            isOver = await RunAsync(work, target, lost.Token);
        }
        finally
        {
            _inWork.TryRemove(work.Job.No, out _);
            work.IsOver.SetResult(isOver);
            await lost.CancelAsync();
            await renewing;
        }
        return true;
    }

    private async Task<Work?> ClaimAsync(CancellationToken cancellationToken)
    {
        await _claiming.WaitAsync(cancellationToken);
        try
        {
            var others = _inWork.Values.ToList();
            // What is tried again may end the process again: no other file's attempt is to end with it.
            if (others.Exists(w => w.Job.Attempt > 1)) return null;
            if (await _store.ClaimAsync(options.Lease, [.. others.Select(w => w.Job.No)], cancellationToken) is not var (job, wasHeld)) return null;
            var work = new Work(job, wasHeld, [.. others.Where(w => w.Job.No < job.No).Select(w => w.IsOver.Task)]);
            _inWork[job.No] = work;
            return work;
        }
        finally
        {
            _claiming.Release();
        }
    }

    /// <returns>Whether the job has ended; if not, it is tried again.</returns>
    private async Task<bool> RunAsync(Work work, IImportTarget<TRow> target, CancellationToken cancellationToken)
    {
        var (job, staging) = (work.Job, StagingTable(work.Job));
        try
        {
            if (job.CancelRequested) throw new ImportCancelledException();
            if (work.WasHeld && job.Attempt > options.MaxAttempts)
                return await GiveUpAsync(job, staging, $"It was begun {job.Attempt - 1} times, and the last time neither ended nor let go of: its process or the database ended amid it. Nothing of it was stored.");
            if (!_formats.TryGetValue(job.Format, out var format))
                throw ImportRefusedException.NotTheFormat($"This version does not read the format {job.Format}.");
            var staged = await StageAsync(job, target, format, staging, cancellationToken);
            if ((await Task.WhenAll(work.Before).WaitAsync(cancellationToken)).Contains(false))
            {
                await _store.ReleaseAsync(job, after: null, CancellationToken.None); // its turn comes behind the file that is tried again
                return false;
            }
            var outcome = await MergeAsync(job, target, staged, staging, cancellationToken);
            LogCompleted(job.No, job.Format, outcome.New, outcome.Revised, outcome.Unchanged);
            await DiscardBodyAsync(job);
            return true;
        }
        catch (ImportRefusedException refused)
        {
            LogRefused(job.No, job.Format, refused.Problem.Detail);
            return await _store.AbandonAsync(job, ImportState.Rejected, refused.Problem, staging, CancellationToken.None);
        }
        catch (ImportCancelledException)
        {
            return await _store.AbandonAsync(job, ImportState.Cancelled, null, staging, CancellationToken.None);
        }
        catch (ImportLostException)
        {
            LogLost(job.No);
            return false;
        }
        catch (OperationCanceledException)
        {
            // Stopping, or the lease was lost: whoever claims the job next goes on from its last batch.
            await _store.ReleaseAsync(job, after: null, CancellationToken.None);
            return false;
        }
        catch (Exception e)
        {
            return await RetryOrFailAsync(job, staging, e);
        }
    }

    /// <summary>The job has ended, whatever comes of this: a body that is still there goes when no file waits.</summary>
    private async Task DiscardBodyAsync(ImportJob job)
    {
        try
        {
            await _store.DiscardBodyAsync(job, CancellationToken.None);
        }
        catch (NpgsqlException e)
        {
            LogBodyKept(e, job.No);
            _isTidied = false;
        }
    }

    private async Task<bool> RetryOrFailAsync(ImportJob job, string staging, Exception e)
    {
        LogFailed(e, job.No, job.Attempt);
        if (job.Attempt < options.MaxAttempts)
        {
            await _store.ReleaseAsync(job, options.RetryAfter, CancellationToken.None);
            return false;
        }
        return await GiveUpAsync(job, staging, $"It failed at attempt {job.Attempt}; nothing of it was stored. {Cause(e)}");
    }

    private Task<bool> GiveUpAsync(ImportJob job, string staging, string why) => _store.AbandonAsync(
        job, ImportState.Failed, new ImportProblem("/problems/import-failed", "The import was given up.", why), staging, CancellationToken.None);

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
            while (await timer.WaitForNextTickAsync(lost.Token) && await IsOursAsync(job, lost.Token))
            {
            }
            await lost.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The job has ended.
        }
    }

    private async Task<bool> IsOursAsync(ImportJob job, CancellationToken cancellationToken)
    {
        try
        {
            return await _store.RenewAsync(job, options.Lease, cancellationToken);
        }
        catch (NpgsqlException e)
        {
            // The next renewal may come in time; where not, writes are fenced by the attempt, so going on is safe.
            LogQueueUnreachable(e);
            return true;
        }
    }

    private static string StagingTable(ImportJob job) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"import_staging_{job.No}");

    /// <param name="WasHeld">Taken over from a lease that ran out: the job failed, or its process died.</param>
    /// <param name="Before">Of the files in work here that were accepted before it: whether each has ended, once it is not in work any more.</param>
    private sealed record Work(ImportJob Job, bool WasHeld, IReadOnlyList<Task<bool>> Before)
    {
        public TaskCompletionSource<bool> IsOver { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Import {No} ({Format}) merged: {New} new, {Revised} revised, {Unchanged} unchanged")]
    private partial void LogCompleted(long no, string format, long @new, long revised, long unchanged);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The body of import {No} is not deleted yet")]
    private partial void LogBodyKept(Exception e, long no);

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

    /// <summary>A job whose attempt of this number fails, or ends with its process, is given up. Whatever ended those before it, they count.</summary>
    public int MaxAttempts { get; init; } = 5;
}

/// <summary>A target for each file that a service has in work at once: what a target holds between calls is of one file.</summary>
internal sealed record ImportLanes<TRow>(IReadOnlyList<IImportTarget<TRow>> Targets);
