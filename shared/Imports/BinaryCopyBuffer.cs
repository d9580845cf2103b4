using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Chokepoint.Imports;

/// <summary>
/// Rows in PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"), encoded in memory and sent in one write:
/// an importer that awaits every column spends more on awaiting than on the row.
/// </summary>
/// <param name="capacity">Bytes that are set aside when the first row is written; a buffer that none comes to takes nothing.</param>
public sealed class BinaryCopyBuffer(int capacity = 1 << 20)
{
    private const int DateOid = 1082;
    private const int Float8Oid = 701;

    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly int PostgresEpoch = new DateOnly(2000, 1, 1).DayNumber;

    private static readonly long PostgresEpochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private ArrayBufferWriter<byte>? _bytes;

    private ArrayBufferWriter<byte> Begun => _bytes ?? Begin();

    /// <summary>Rows since the last <see cref="Clear"/>.</summary>
    public int Rows { get; private set; }

    public int Length => _bytes?.WrittenCount ?? Header.Length;

    public void Clear()
    {
        _bytes?.ResetWrittenCount();
        _bytes?.Write(Header);
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

    /// <summary>A <c>date</c>.</summary>
    public void Write(DateOnly value) => Write(value.DayNumber - PostgresEpoch);

    /// <summary>A <c>timestamptz</c>, to the microsecond.</summary>
    public void Write(DateTimeOffset value) => Write((value.UtcTicks - PostgresEpochTicks) / TimeSpan.TicksPerMicrosecond);

    public void Write(ReadOnlySpan<char> value)
    {
        var span = Begun.GetSpan(4 + Encoding.UTF8.GetMaxByteCount(value.Length));
        var length = Encoding.UTF8.GetBytes(value, span[4..]);
        BinaryPrimitives.WriteInt32BigEndian(span, length);
        Begun.Advance(4 + length);
    }

    /// <summary>A <c>date[]</c> of one dimension (PostgreSQL's array_send).</summary>
    public void Write(ReadOnlySpan<DateOnly> values)
    {
        const int each = 8;
        var span = StartArray(values.Length, each, DateOid);
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt32BigEndian(span, 4);
            BinaryPrimitives.WriteInt32BigEndian(span[4..], value.DayNumber - PostgresEpoch);
            span = span[each..];
        }
    }

    /// <summary>A <c>double precision[]</c> of one dimension.</summary>
    public void Write(ReadOnlySpan<double> values)
    {
        const int each = 12;
        var span = StartArray(values.Length, each, Float8Oid);
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt32BigEndian(span, 8);
            BinaryPrimitives.WriteDoubleBigEndian(span[4..], value);
            span = span[each..];
        }
    }

    public void WriteNull() => BinaryPrimitives.WriteInt32BigEndian(Take(4), -1);

    /// <summary>What is written so far from an offset on, for a COPY that is sent in pieces; only its first piece has the header.</summary>
    public ReadOnlyMemory<byte> Part(int offset) => Begun.WrittenMemory[offset..];

    /// <summary>The whole COPY, trailer included; nothing may be written after it but <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        BinaryPrimitives.WriteInt16BigEndian(Take(2), -1);
        return Begun.WrittenMemory;
    }

    private Span<byte> StartArray(int length, int bytesEach, int elementOid)
    {
        const int head = 20;
        var span = Take(4 + head + length * bytesEach);
        BinaryPrimitives.WriteInt32BigEndian(span, head + length * bytesEach);
        ReadOnlySpan<int> fields = [1, 0, elementOid, length, 1]; // dimensions, no nulls, type, length, lower bound
        for (var i = 0; i < fields.Length; i++) BinaryPrimitives.WriteInt32BigEndian(span[(4 + 4 * i)..], fields[i]);
        return span[(4 + head)..];
    }

    private Span<byte> Take(int length)
    {
        var bytes = Begun;
        var span = bytes.GetSpan(length)[..length];
        bytes.Advance(length);
        return span;
    }

    private ArrayBufferWriter<byte> Begin()
    {
        _bytes = new ArrayBufferWriter<byte>(capacity);
        _bytes.Write(Header);
        return _bytes;
    }
}
