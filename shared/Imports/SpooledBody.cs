using System.Data;
using Npgsql;

namespace Chokepoint.Imports;

/// <summary>
/// A spooled body as a stream that can seek (a ZIP's directory stands at its end). Holds one piece of 1 MiB and fetches the next
/// while that one is read, into the buffer of the last.
/// </summary>
internal sealed class SpooledBody(NpgsqlDataSource database, long jobNo, long length) : Stream
{
    private Piece _current = new([], -1, 0);
    private Task<Piece>? _ahead;
    private int _aheadSeq = -1;
    private byte[] _spare = [];
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= length || buffer.Length == 0) return 0;
        var seq = (int)(_position / ImportSpool.ChunkBytes);
        if (seq != _current.Seq)
        {
            var next = await (_ahead is not null && _aheadSeq == seq ? _ahead : FetchAsync(seq, await TakeSpareAsync(), cancellationToken));
            (_spare, _current, _ahead) = (_current.Bytes, next, null);
            if ((long)(seq + 1) * ImportSpool.ChunkBytes < length)
            {
                _aheadSeq = seq + 1;
                _ahead = FetchAsync(_aheadSeq, await TakeSpareAsync(), cancellationToken);
            }
        }
        return Take(buffer.Span);
    }

    /// <summary>
    /// For readers that know no other way (ZIP's directory, spreadsheets): small files and few bytes, read on a worker's thread.
    /// </summary>
    public override int Read(Span<byte> buffer)
    {
        if (_position >= length || buffer.Length == 0) return 0;
        var seq = (int)(_position / ImportSpool.ChunkBytes);
        if (seq != _current.Seq) _current = Fetch(seq);
        return Take(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    public override async ValueTask DisposeAsync()
    {
        // A fetch still under way must not outlive its job, and its failure no longer matters.
        if (_ahead is not null) await Task.WhenAny(_ahead);
        await base.DisposeAsync();
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Take(Span<byte> buffer)
    {
        var from = (int)(_position % ImportSpool.ChunkBytes);
        var count = Math.Min(buffer.Length, _current.Length - from);
        _current.Bytes.AsSpan(from, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    /// <summary>A buffer that nobody reads from: the last piece's, or that of a fetch whose piece is not wanted any more.</summary>
    private async ValueTask<byte[]> TakeSpareAsync()
    {
        if (_ahead is not null) _spare = (await _ahead).Bytes;
        _ahead = null;
        var largest = (int)Math.Min(ImportSpool.ChunkBytes, length);
        var spare = _spare.Length < largest ? new byte[largest] : _spare;
        _spare = [];
        return spare;
    }

    private async Task<Piece> FetchAsync(int seq, byte[] into, CancellationToken cancellationToken)
    {
        await using var command = Select(seq);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) throw Missing(seq);
        await using var bytes = await reader.GetStreamAsync(0, cancellationToken);
        return new Piece(into, seq, await bytes.ReadAtLeastAsync(into, into.Length, throwOnEndOfStream: false, cancellationToken));
    }

    private Piece Fetch(int seq)
    {
        using var command = Select(seq);
        var bytes = (byte[]?)command.ExecuteScalar() ?? throw Missing(seq);
        return new Piece(bytes, seq, bytes.Length);
    }

    private NpgsqlCommand Select(int seq)
    {
        var command = database.CreateCommand("SELECT body FROM import_chunks WHERE job_no = $1 AND seq = $2");
        command.Parameters.AddWithValue(jobNo);
        command.Parameters.AddWithValue(seq);
        return command;
    }

    private InvalidOperationException Missing(int seq) => new($"Piece {seq} of import {jobNo} is not in the database.");

    private sealed record Piece(byte[] Bytes, int Seq, int Length);
}
