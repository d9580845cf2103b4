using System.Buffers;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Imports;

/// <summary>
/// Takes a request's body into the service's database, piece by piece and in one transaction: once it commits, any replica on any
/// machine can import the file, and until then nothing was accepted (docs/adr, imports are spooled in the database).
/// </summary>
public sealed class ImportSpool(NpgsqlDataSource database, ImportSignal signal, TimeProvider clock)
{
    internal const int ChunkBytes = 1 << 20;

    /// <exception cref="ImportTooLargeException">The body is longer than <paramref name="maxBytes"/>.</exception>
    public async Task<ImportJob> AcceptAsync(
        Stream body, string format, string? options, long maxBytes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var no = await InsertAsync(connection, id, format, options, cancellationToken);
        var (length, sha256) = await CopyAsync(connection, no, body, maxBytes, cancellationToken);

        await using var seal = new NpgsqlCommand(
            "UPDATE import_jobs SET byte_count = $2, sha256 = $3 WHERE no = $1 RETURNING submitted_at", connection)
        {
            Parameters = { new() { Value = no }, new() { Value = length }, new() { Value = sha256 } },
        };
        var submitted = new DateTimeOffset((DateTime)(await seal.ExecuteScalarAsync(cancellationToken))!, TimeSpan.Zero);
        await transaction.CommitAsync(cancellationToken);
        signal.Set();
        return new ImportJob
        {
            No = no, Id = id, Format = format, Options = options, State = ImportState.Queued, ByteCount = length, Sha256 = sha256,
            SubmittedAt = submitted,
        };
    }

    private static async Task<long> InsertAsync(
        NpgsqlConnection connection, Guid id, string format, string? options, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand(
            """
            INSERT INTO import_jobs (id, format, options, state, byte_count, sha256, submitted_at)
            VALUES ($1, $2, $3, $4, 0, ''::bytea, now()) RETURNING no
            """, connection)
        {
            Parameters =
            {
                new() { Value = id }, new() { Value = format },
                new() { Value = (object?)options ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new() { Value = (int)ImportState.Queued },
            },
        };
        return (long)(await insert.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<(long Length, byte[] Sha256)> CopyAsync(
        NpgsqlConnection connection, long no, Stream body, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            await using var copy = await connection.BeginBinaryImportAsync(
                "COPY import_chunks (job_no, seq, body) FROM STDIN (FORMAT binary)", cancellationToken);
            var length = 0L;
            for (var seq = 0; ; seq++)
            {
                var filled = await body.ReadAtLeastAsync(chunk.AsMemory(0, ChunkBytes), ChunkBytes, throwOnEndOfStream: false, cancellationToken);
                if (filled == 0) break;
                length += filled;
                if (length > maxBytes) throw new ImportTooLargeException(maxBytes);
                hash.AppendData(chunk, 0, filled);
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(no, NpgsqlDbType.Bigint, cancellationToken);
                await copy.WriteAsync(seq, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(chunk.AsMemory(0, filled), NpgsqlDbType.Bytea, cancellationToken);
                if (filled < ChunkBytes) break;
            }
            await copy.CompleteAsync(cancellationToken);
            return (length, hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}

/// <summary>The body is longer than the operator allows.</summary>
public sealed class ImportTooLargeException(long maxBytes) : Exception($"The body is longer than {maxBytes} bytes.")
{
    public long MaxBytes { get; } = maxBytes;
}
