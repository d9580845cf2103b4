using Npgsql;

namespace Chokepoint.Imports;

/// <summary>Rows and rejects already encoded, and how far the file was read when they were complete.</summary>
internal sealed class ImportBatch(string copyRows, int bytes)
{
    private const string CopyRejects = "COPY import_rejects (job_no, no, line, reason) FROM STDIN (FORMAT binary)";

    public BinaryCopyBuffer Rows { get; } = new(bytes + (bytes >> 3));

    public BinaryCopyBuffer Rejects { get; } = new(1 << 14);

    public bool IsFull => Rows.Length + Rejects.Length >= bytes;

    /// <summary>Rows, rejects and the count of both in one transaction; the batch is empty afterwards.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, ImportJob job, ImportProgress progress, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ImportStore.CheckpointAsync(connection, job, progress, cancellationToken);
        await CopyAsync(connection, copyRows, Rows, cancellationToken);
        await CopyAsync(connection, CopyRejects, Rejects, cancellationToken);
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
