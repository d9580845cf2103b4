using Npgsql;

namespace Chokepoint.Imports;

/// <summary>
/// Reads a file into its job's staging table in two batches that take turns: one is filled while the other is being written, since
/// reading keeps this process busy and writing the database. The last batch stays here for the merge's own transaction, so that a file
/// of one batch is one transaction in all.
/// </summary>
internal sealed class ImportStaging<TRow>(IImportTarget<TRow> target, ImportJob job, string staging, int batchBytes)
{
    private readonly string _copyRows = $"COPY {staging} ({string.Join(", ", target.StagedColumns(job))}) FROM STDIN (FORMAT binary)";

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
        var filling = NewBatch();
        ImportBatch? other = null;
        NpgsqlConnection? connection = null;
        var writing = Task.CompletedTask;
        try
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                if (++_read > job.RowsRead) await TakeAsync(rows, filling, cancellationToken); // else an earlier attempt has staged it
                if (!filling.IsFull(target.HeldBytes)) continue;
                await writing;
                connection ??= await database.OpenConnectionAsync(cancellationToken);
                await PrepareAsync(connection, filling, cancellationToken);
                writing = WriteAsync(connection, filling, body.Position, cancellationToken);
                (filling, other) = (other ?? NewBatch(), filling);
            }
            await writing;
            _last = filling;
        }
        finally
        {
            // Whatever went wrong, the connection must not be given back while a batch is being written on it.
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (connection is not null) await connection.DisposeAsync();
        }
    }

    /// <summary>Writes what is known of a file that is not merged.</summary>
    public async Task KeepRejectsAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await _last!.WriteAsync(connection, job, Progress(job.ByteCount), cancellationToken);
    }

    /// <summary>Writes the last batch in the merge's transaction; what the job's row is to say at its end.</summary>
    public async Task<ImportProgress> CompleteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await PrepareAsync(connection, _last!, cancellationToken);
        await _last!.CopyAsync(connection, cancellationToken);
        return Progress(job.ByteCount);
    }

    private async Task PrepareAsync(NpgsqlConnection connection, ImportBatch batch, CancellationToken cancellationToken)
    {
        if (!_isPrepared) await target.PrepareAsync(connection, job, staging, cancellationToken);
        _isPrepared = true;
        await target.CompleteBatchAsync(connection, batch.Rows, job, staging, cancellationToken);
    }

    private Task WriteAsync(NpgsqlConnection connection, ImportBatch batch, long position, CancellationToken cancellationToken)
    {
        var progress = Progress(position);
        return Task.Run(() => batch.WriteAsync(connection, job, progress, cancellationToken), CancellationToken.None);
    }

    private ImportProgress Progress(long bytes) => new(Read, _accepted, _rejected, bytes);

    /// <summary>Figures take about two times as much encoded as written out.</summary>
    private ImportBatch NewBatch() => new(_copyRows, batchBytes, expected: 4096 + 2 * job.ByteCount);

    private async ValueTask TakeAsync(IRowReader<TRow> reader, ImportBatch batch, CancellationToken cancellationToken)
    {
        if (reader.TryGet(out var row, out var reason))
        {
            if (!target.TryEncode(batch.Rows, job, row))
            {
                await target.LearnAsync(job, row, cancellationToken);
                if (!target.TryEncode(batch.Rows, job, row)) throw new InvalidOperationException("The target did not learn what the row needs.");
            }
            _accepted++;
            return;
        }
        batch.Rejects.StartRow(4);
        batch.Rejects.Write(job.No);
        batch.Rejects.Write(++_rejected);
        batch.Rejects.Write(reader.Line);
        batch.Rejects.Write(reason);
        FirstReject ??= (reader.Line, reason);
    }
}
