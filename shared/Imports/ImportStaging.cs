using Npgsql;

namespace Chokepoint.Imports;

/// <summary>
/// Reads a file into its job's staging table in batches that take turns: one is filled while two others are being written, since reading
/// keeps this process busy and writing two of the database's. The last batch stays here for the merge's own transaction, so that a file
/// of one batch is one transaction in all.
/// </summary>
internal sealed class ImportStaging<TRow>(IImportTarget<TRow> target, ImportJob job, string staging, int batchBytes)
{
    private readonly string _columns = string.Join(", ", target.StagedColumns(job));

    private long _read;
    private long _accepted = job.RowsAccepted;
    private long _rejected = job.RowsRejected;
    private bool _isPrepared;
    private ImportBatch? _last;

    /// <summary>Rows of the file so far.</summary>
    public long Read => Math.Max(_read, job.RowsRead);

    /// <summary>No row of the file was one to import.</summary>
    public bool IsNothingTaken => _accepted == 0;

    /// <summary>The first row that this attempt did not take, and why; null when it met none.</summary>
    public (long Line, string Reason)? FirstReject { get; private set; }

    /// <summary>Reads to the end of the file; what is not written then is written by <see cref="CompleteAsync"/>.</summary>
    public async Task RunAsync(NpgsqlDataSource database, IRowReader<TRow> rows, Stream body, CancellationToken cancellationToken)
    {
        var writers = new Writer[] { new(), new() };
        var filling = NewBatch();
        var before = Task.CompletedTask;
        try
        {
            for (var turn = 0; await rows.ReadAsync(cancellationToken);)
            {
                if (++_read > job.RowsRead) await TakeAsync(rows, filling, cancellationToken); // else an earlier attempt has staged it
                if (!filling.IsFull(target.HeldBytes)) continue;
                var writer = writers[turn++ % writers.Length];
                await writer.Writing;
                writer.Connection ??= await database.OpenConnectionAsync(cancellationToken);
                await PrepareAsync(writer.Connection, filling, cancellationToken);
                before = writer.Writing = WriteAsync(writer.Connection, filling, body.Position, before, cancellationToken);
                (filling, writer.Batch) = (writer.Batch ?? NewBatch(), filling);
            }
            foreach (var writer in writers) await writer.Writing;
            _last = filling;
        }
        finally
        {
            // Whatever went wrong, a connection must not be given back while a batch is being written on it.
            foreach (var writer in writers) await writer.Writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var writer in writers) await (writer.Connection?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    /// <summary>Writes what is known of a file that is not merged.</summary>
    public async Task KeepRejectsAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await _last!.WriteAsync(connection, job, End, Task.CompletedTask, cancellationToken);
    }

    /// <summary>Some of the rows are in the staging table, from this attempt or from an earlier one.</summary>
    public bool IsBegun => _isPrepared || job.RowsRead > 0;

    /// <summary>What the job's row is to say at its end.</summary>
    public ImportProgress End => Progress(job.ByteCount);

    /// <summary>Writes the last batch in the merge's transaction.</summary>
    public async Task CompleteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await PrepareAsync(connection, _last!, cancellationToken);
        await _last!.CopyAsync(connection, cancellationToken);
    }

    /// <summary>The same for a file whose rows the target has stored itself.</summary>
    public Task CompleteRejectsAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => _last!.CopyAsync(connection, cancellationToken);

    private async Task PrepareAsync(NpgsqlConnection connection, ImportBatch batch, CancellationToken cancellationToken)
    {
        if (!_isPrepared) await target.PrepareAsync(connection, job, staging, cancellationToken);
        _isPrepared = true;
        batch.Table = await target.CompleteBatchAsync(connection, batch.Rows, job, staging, cancellationToken);
    }

    private Task WriteAsync(NpgsqlConnection connection, ImportBatch batch, long position, Task before, CancellationToken cancellationToken)
    {
        var progress = Progress(position);
        return Task.Run(() => batch.WriteAsync(connection, job, progress, before, cancellationToken), CancellationToken.None);
    }

    private ImportProgress Progress(long bytes) => new(Read, _accepted, _rejected, bytes);

    /// <summary>Figures take about two times as much encoded as written out.</summary>
    private ImportBatch NewBatch() => new(_columns, batchBytes, expected: 4096 + 2 * job.ByteCount);

    private ValueTask TakeAsync(IRowReader<TRow> reader, ImportBatch batch, CancellationToken cancellationToken)
    {
        if (!reader.TryGet(out var row, out var reason))
        {
            Reject(reader.Line, reason, batch);
            return ValueTask.CompletedTask;
        }
        _accepted++;
        return target.TryEncode(batch.Rows, job, row) ? ValueTask.CompletedTask : LearnAsync(row, batch, cancellationToken);
    }

    private async ValueTask LearnAsync(TRow row, ImportBatch batch, CancellationToken cancellationToken)
    {
        await target.LearnAsync(job, row, cancellationToken);
        if (!target.TryEncode(batch.Rows, job, row)) throw new InvalidOperationException("The target did not learn what the row needs.");
    }

    private void Reject(long line, string reason, ImportBatch batch)
    {
        reason = QuotedText.Of(reason);
        batch.Rejects.StartRow(4);
        batch.Rejects.Write(job.No);
        batch.Rejects.Write(++_rejected);
        batch.Rejects.Write(line);
        batch.Rejects.Write(reason);
        FirstReject ??= (line, reason);
    }

    /// <summary>A connection, what is being written on it, and the batch that is free when that has ended.</summary>
    private sealed class Writer
    {
        public NpgsqlConnection? Connection { get; set; }
        public Task Writing { get; set; } = Task.CompletedTask;
        public ImportBatch? Batch { get; set; }
    }
}
