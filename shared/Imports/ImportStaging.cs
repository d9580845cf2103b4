using Npgsql;

namespace Chokepoint.Imports;

/// <summary>
/// Reads a file into its job's staging table in two batches that take turns: one is filled while the other is being written, since
/// reading keeps this process busy and writing the database.
/// </summary>
internal sealed class ImportStaging<TRow>(IImportTarget<TRow> target, ImportJob job, string staging, int batchBytes)
{
    private readonly string _copyRows = $"COPY {staging} ({string.Join(", ", target.StagedColumns)}) FROM STDIN (FORMAT binary)";

    private long _read;
    private long _accepted = job.RowsAccepted;
    private long _rejected = job.RowsRejected;

    public async Task RunAsync(NpgsqlConnection connection, IRowReader<TRow> rows, Stream body, CancellationToken cancellationToken)
    {
        ImportBatch filling = new(_copyRows, batchBytes), other = new(_copyRows, batchBytes);
        var writing = Task.CompletedTask;
        try
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                if (++_read > job.RowsRead) await TakeAsync(rows, filling, cancellationToken); // else an earlier attempt has staged it
                if (!filling.IsFull) continue;
                await writing;
                writing = WriteAsync(connection, filling, body, cancellationToken);
                (filling, other) = (other, filling);
            }
            await writing;
            await WriteAsync(connection, filling, body, cancellationToken);
        }
        finally
        {
            // Whatever went wrong, the connection must not be given back while a batch is being written on it.
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task WriteAsync(NpgsqlConnection connection, ImportBatch batch, Stream body, CancellationToken cancellationToken)
    {
        var progress = new ImportProgress(Math.Max(_read, job.RowsRead), _accepted, _rejected, body.Position);
        return Task.Run(() => batch.WriteAsync(connection, job, progress, cancellationToken), CancellationToken.None);
    }

    private async ValueTask TakeAsync(IRowReader<TRow> reader, ImportBatch batch, CancellationToken cancellationToken)
    {
        if (reader.TryGet(out var row, out var reason))
        {
            if (!target.TryEncode(batch.Rows, job, row))
            {
                await target.LearnAsync(job, row, staging, cancellationToken);
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
    }
}
