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

    private const string Insert =
        "INSERT INTO import_jobs (id, format, options, state, byte_count, sha256, submitted_at) VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp()) RETURNING no, submitted_at";

    /// <exception cref="ImportTooLargeException">The body is longer than <paramref name="maxBytes"/>.</exception>
    public async Task<ImportJob> AcceptAsync(
        Stream body, string format, string? options, long maxBytes, CancellationToken cancellationToken)
    {
        var pieces = new BodyPieces(body, maxBytes);
        try
        {
            await pieces.ReadAsync(cancellationToken);
            var header = new JobHeader(Guid.CreateVersion7(clock.GetUtcNow()), format, options);
            var (no, submitted) = pieces.IsLast
                ? await WholeAsync(header, pieces, cancellationToken)
                : await PieceByPieceAsync(header, pieces, cancellationToken);
            signal.Set();
            return new ImportJob
            {
                No = no, Id = header.Id, Format = format, Options = options, State = ImportState.Queued, ByteCount = pieces.Length,
                Sha256 = pieces.Sha256, SubmittedAt = submitted,
            };
        }
        finally
        {
            pieces.Dispose();
        }
    }

    /// <summary>A body of one piece is one statement.</summary>
    private async Task<(long No, DateTimeOffset Submitted)> WholeAsync(JobHeader header, BodyPieces pieces, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            WITH job AS ({Insert}),
                piece AS (INSERT INTO import_chunks (job_no, seq, body) SELECT no, 0, $7 FROM job WHERE $5 > 0)
            SELECT no, submitted_at FROM job
            """);
        header.AddTo(command, pieces.Length, pieces.Sha256);
        command.Parameters.Add(new() { Value = pieces.Piece, NpgsqlDbType = NpgsqlDbType.Bytea });
        return await AcceptedAsync(command, cancellationToken);
    }

    /// <summary>
    /// Until the body is whole its pieces stand under a number that no job has: the job's own is taken when it is accepted, behind those of
    /// the files that were accepted while it came.
    /// </summary>
    private async Task<(long No, DateTimeOffset Submitted)> PieceByPieceAsync(JobHeader header, BodyPieces pieces, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var reserve = new NpgsqlCommand("SELECT nextval(pg_get_serial_sequence('import_jobs', 'no'))", connection);
        var place = (long)(await reserve.ExecuteScalarAsync(cancellationToken))!;

        await using (var copy = await connection.BeginBinaryImportAsync("COPY import_chunks (job_no, seq, body) FROM STDIN (FORMAT binary)", cancellationToken))
        {
            for (var seq = 0; pieces.Piece.Length > 0; seq++)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(place, NpgsqlDbType.Bigint, cancellationToken);
                await copy.WriteAsync(seq, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(pieces.Piece, NpgsqlDbType.Bytea, cancellationToken);
                await pieces.ReadAsync(cancellationToken);
            }
            await copy.CompleteAsync(cancellationToken);
        }

        await using var seal = new NpgsqlCommand(
            $"""
            WITH job AS ({Insert}),
                pieces AS (UPDATE import_chunks SET job_no = job.no FROM job WHERE job_no = $7)
            SELECT no, submitted_at FROM job
            """, connection);
        header.AddTo(seal, pieces.Length, pieces.Sha256);
        seal.Parameters.Add(new() { Value = place });
        var accepted = await AcceptedAsync(seal, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return accepted;
    }

    private static async Task<(long No, DateTimeOffset Submitted)> AcceptedAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1));
    }

    private sealed record JobHeader(Guid Id, string Format, string? Options)
    {
        public void AddTo(NpgsqlCommand command, long length, byte[] sha256)
        {
            command.Parameters.Add(new() { Value = Id });
            command.Parameters.Add(new() { Value = Format });
            command.Parameters.Add(new() { Value = (object?)Options ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb });
            command.Parameters.Add(new() { Value = (int)ImportState.Queued });
            command.Parameters.Add(new() { Value = length });
            command.Parameters.Add(new() { Value = sha256 });
        }
    }

    /// <summary>A body in pieces of one size, one at a time in memory, with the hash of all that was read.</summary>
    private sealed class BodyPieces(Stream body, long maxBytes) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);

        /// <summary>Empty when the body has ended.</summary>
        public ReadOnlyMemory<byte> Piece { get; private set; }

        public bool IsLast { get; private set; }

        public long Length { get; private set; }

        public byte[] Sha256 => _hash.GetCurrentHash();

        public async Task ReadAsync(CancellationToken cancellationToken)
        {
            var filled = IsLast ? 0 : await body.ReadAtLeastAsync(_buffer.AsMemory(0, ChunkBytes), ChunkBytes, throwOnEndOfStream: false, cancellationToken);
            IsLast = filled < ChunkBytes;
            Length += filled;
            if (Length > maxBytes) throw new ImportTooLargeException(maxBytes);
            _hash.AppendData(_buffer, 0, filled);
            Piece = _buffer.AsMemory(0, filled);
        }

        public void Dispose()
        {
            _hash.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}

/// <summary>The body is longer than the operator allows.</summary>
public sealed class ImportTooLargeException(long maxBytes) : Exception($"The body is longer than {maxBytes} bytes.")
{
    public long MaxBytes { get; } = maxBytes;
}
