using Npgsql;

namespace Chokepoint.Imports;

/// <summary>
/// A spooled body as a stream that can seek (a ZIP's directory stands at its end). Holds one piece of 1 MiB and fetches the next
/// while that one is read.
/// </summary>
internal sealed class SpooledBody(NpgsqlDataSource database, long jobNo, long length) : Stream
{
    private byte[] _chunk = [];
    private int _chunkSeq = -1;
    private Task<byte[]>? _ahead;
    private int _aheadSeq = -1;
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
        if (seq != _chunkSeq)
        {
            _chunk = _aheadSeq == seq && _ahead is not null ? await _ahead : await FetchAsync(seq, cancellationToken);
            _chunkSeq = seq;
            _aheadSeq = seq + 1;
            _ahead = (long)_aheadSeq * ImportSpool.ChunkBytes < length ? FetchAsync(_aheadSeq, cancellationToken) : null;
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
        if (seq != _chunkSeq)
        {
            _chunk = Fetch(seq);
            _chunkSeq = seq;
        }
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
        var count = Math.Min(buffer.Length, _chunk.Length - from);
        _chunk.AsSpan(from, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    private async Task<byte[]> FetchAsync(int seq, CancellationToken cancellationToken)
    {
        await using var command = Select(seq);
        return (byte[]?)await command.ExecuteScalarAsync(cancellationToken) ?? throw Missing(seq);
    }

    private byte[] Fetch(int seq)
    {
        using var command = Select(seq);
        return (byte[]?)command.ExecuteScalar() ?? throw Missing(seq);
    }

    private NpgsqlCommand Select(int seq)
    {
        var command = database.CreateCommand("SELECT body FROM import_chunks WHERE job_no = $1 AND seq = $2");
        command.Parameters.AddWithValue(jobNo);
        command.Parameters.AddWithValue(seq);
        return command;
    }

    private InvalidOperationException Missing(int seq) => new($"Piece {seq} of import {jobNo} is not in the database.");
}
