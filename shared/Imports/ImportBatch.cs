using Npgsql;

namespace Chokepoint.Imports;

/// <summary>Rows and rejects already encoded, and how far the file was read when they were complete.</summary>
/// <param name="columns">Of a row, as they are encoded.</param>
/// <param name="bytes">Encoded size at which the batch is full.</param>
/// <param name="expected">Encoded size it is likely to come to; no more than that is set aside.</param>
internal sealed class ImportBatch(string columns, int bytes, long expected)
{
    private const string CopyRejects = "COPY import_rejects (job_no, no, line, reason) FROM STDIN (FORMAT binary)";

    public BinaryCopyBuffer Rows { get; } = new((int)Math.Min(bytes + (bytes >> 3), expected));

    public BinaryCopyBuffer Rejects { get; } = new(1 << 14);

    /// <summary>What the rows are copied to; said before the batch is written.</summary>
    public string? Table { get; set; }

    /// <param name="heldBytes">Of rows that the batch gets before it is written.</param>
    public bool IsFull(int heldBytes) => Rows.Length + Rejects.Length + heldBytes >= bytes;

    /// <summary>Rows, rejects and the count of both in one transaction; the batch is empty afterwards.</summary>
    /// <param name="before">The writing of the batch before it, without which this one's count would be of rows that are not there.</param>
    public async Task WriteAsync(NpgsqlConnection connection, ImportJob job, ImportProgress progress, Task before, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // A batch that a crash of the server takes back takes its checkpoint with it and is read again; what a job ends with is flushed.
        await using (var unhurried = new NpgsqlCommand("SET LOCAL synchronous_commit = off", connection)) await unhurried.ExecuteNonQueryAsync(cancellationToken);
        await CopyAsync(connection, cancellationToken);
        await before;
        await ImportStore.CheckpointAsync(connection, job, progress, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Rows and rejects alone, into a transaction that goes on.</summary>
    public async Task CopyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await CopyAsync(connection, $"COPY {Table} ({columns}) FROM STDIN (FORMAT binary)", Rows, cancellationToken);
        await CopyAsync(connection, CopyRejects, Rejects, cancellationToken);
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
