using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Chokepoint.Imports;

/// <summary>
/// Rows in PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"), encoded in memory and sent in one write:
/// an importer that awaits every column spends more on awaiting than on the row.
/// </summary>
public sealed class BinaryCopyBuffer
{
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly int PostgresEpoch = new DateOnly(2000, 1, 1).DayNumber;

    private readonly ArrayBufferWriter<byte> _bytes;

    public BinaryCopyBuffer(int capacity = 1 << 20)
    {
        _bytes = new ArrayBufferWriter<byte>(capacity);
        Clear();
    }

    /// <summary>Rows since the last <see cref="Clear"/>.</summary>
    public int Rows { get; private set; }

    public int Length => _bytes.WrittenCount;

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        _bytes.Write(Header);
        Rows = 0;
    }

    public void StartRow(short columns)
    {
        BinaryPrimitives.WriteInt16BigEndian(Take(2), columns);
        Rows++;
    }

    public void Write(short value)
    {
        var span = Take(6);
        BinaryPrimitives.WriteInt32BigEndian(span, 2);
        BinaryPrimitives.WriteInt16BigEndian(span[4..], value);
    }

    public void Write(int value)
    {
        var span = Take(8);
        BinaryPrimitives.WriteInt32BigEndian(span, 4);
        BinaryPrimitives.WriteInt32BigEndian(span[4..], value);
    }

    public void Write(long value)
    {
        var span = Take(12);
        BinaryPrimitives.WriteInt32BigEndian(span, 8);
        BinaryPrimitives.WriteInt64BigEndian(span[4..], value);
    }

    public void Write(double value)
    {
        var span = Take(12);
        BinaryPrimitives.WriteInt32BigEndian(span, 8);
        BinaryPrimitives.WriteDoubleBigEndian(span[4..], value);
    }

    public void Write(double? value)
    {
        if (value is { } number) Write(number);
        else WriteNull();
    }

    public void Write(short? value)
    {
        if (value is { } number) Write(number);
        else WriteNull();
    }

    public void Write(bool value)
    {
        var span = Take(5);
        BinaryPrimitives.WriteInt32BigEndian(span, 1);
        span[4] = value ? (byte)1 : (byte)0;
    }

    public void Write(DateOnly value) => Write(value.DayNumber - PostgresEpoch);

    public void Write(ReadOnlySpan<char> value)
    {
        var span = _bytes.GetSpan(4 + Encoding.UTF8.GetMaxByteCount(value.Length));
        var length = Encoding.UTF8.GetBytes(value, span[4..]);
        BinaryPrimitives.WriteInt32BigEndian(span, length);
        _bytes.Advance(4 + length);
    }

    public void WriteNull() => BinaryPrimitives.WriteInt32BigEndian(Take(4), -1);

    /// <summary>What is written so far from an offset on, for a COPY that is sent in pieces; only its first piece has the header.</summary>
    public ReadOnlyMemory<byte> Part(int offset) => _bytes.WrittenMemory[offset..];

    /// <summary>The whole COPY, trailer included; nothing may be written after it but <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        BinaryPrimitives.WriteInt16BigEndian(Take(2), -1);
        return _bytes.WrittenMemory;
    }

    private Span<byte> Take(int length)
    {
        var span = _bytes.GetSpan(length)[..length];
        _bytes.Advance(length);
        return span;
    }
}
