using Npgsql;

namespace Chokepoint.Imports;

/// <summary>The rows read since the last checkpoint, already encoded, and the tally of all before them.</summary>
internal sealed class ImportBatch<TRow>(IImportTarget<TRow> target, ImportJob job, string staging, int bytes)
{
    private readonly BinaryCopyBuffer _rows = new(bytes + (bytes >> 3));
    private readonly BinaryCopyBuffer _rejects = new(1 << 14);
    private readonly string _copyRows = $"COPY {staging} ({string.Join(", ", target.StagedColumns)}) FROM STDIN (FORMAT binary)";

    private long _read;
    private long _accepted = job.RowsAccepted;
    private long _rejected = job.RowsRejected;

    public bool IsFull => _rows.Length + _rejects.Length >= bytes;

    /// <summary>True for a row that an earlier attempt has staged already.</summary>
    public bool Skip() => ++_read <= job.RowsRead;

    public async ValueTask TakeAsync(IRowReader<TRow> reader, CancellationToken cancellationToken)
    {
        if (reader.TryGet(out var row, out var reason))
        {
            if (!target.TryEncode(_rows, job, row))
            {
                await target.LearnAsync(job, row, cancellationToken);
                if (!target.TryEncode(_rows, job, row)) throw new InvalidOperationException("The target did not learn what the row needs.");
            }
            _accepted++;
            return;
        }
        _rejects.StartRow(4);
        _rejects.Write(job.No);
        _rejects.Write(++_rejected);
        _rejects.Write(reader.Line);
        _rejects.Write(reason);
    }

    /// <summary>Rows, rejects and the count of both in one transaction.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, long position, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var progress = new ImportProgress(Math.Max(_read, job.RowsRead), _accepted, _rejected, position);
        await ImportStore.CheckpointAsync(connection, job, progress, cancellationToken);
        await CopyAsync(connection, _copyRows, _rows, cancellationToken);
        await CopyAsync(connection, "COPY import_rejects (job_no, no, line, reason) FROM STDIN (FORMAT binary)", _rejects, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task CopyAsync(
        NpgsqlConnection connection, string sql, BinaryCopyBuffer buffer, CancellationToken cancellationToken)
    {
        if (buffer.Rows == 0) return;
        await using (var copy = await connection.BeginRawBinaryCopyAsync(sql, cancellationToken))
        {
            await copy.WriteAsync(buffer.Finish(), cancellationToken);
        }
        buffer.Clear();
    }
}
