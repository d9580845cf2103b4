using System.Text;

namespace Chokepoint.Testing.Telemetry;

/// <summary>
/// A span as it was exported. Ids are lower-case hexadecimal; <paramref name="ParentId"/> is empty for a root.
/// <paramref name="Source"/> names the ActivitySource. Begun and ended in nanoseconds since 1970, by the machine's clock.
/// </summary>
public sealed record CollectedSpan(string Service, string Source, string TraceId, string SpanId, string ParentId, string Name, long Begun, long Ended)
{
    public double Milliseconds => (Ended - Begun) / 1e6;

    /// <summary>Reads an OTLP <c>ExportTraceServiceRequest</c> (opentelemetry-proto 1.x), as far as it is needed here.</summary>
    internal static IEnumerable<CollectedSpan> Read(byte[] request)
    {
        foreach (var resourceSpans in Fields(request, 1))
        {
            var service = Fields(resourceSpans, 1).SelectMany(resource => Fields(resource, 1))
                .Where(attribute => Text(attribute, 1) == "service.name")
                .Select(attribute => Text(Fields(attribute, 2).First(), 1)).FirstOrDefault("");
            foreach (var (source, span) in Fields(resourceSpans, 2).SelectMany(Spans))
            {
                yield return new CollectedSpan(service, source, Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), Fixed(span, 7), Fixed(span, 8));
            }
        }
    }

    private static IEnumerable<(string Source, byte[] Span)> Spans(byte[] scopeSpans)
    {
        var source = Fields(scopeSpans, 1).Select(scope => Text(scope, 1)).FirstOrDefault("");
        return Fields(scopeSpans, 2).Select(span => (source, span));
    }

    private static string Text(byte[] message, int field) => Encoding.UTF8.GetString(Fields(message, field).FirstOrDefault([]));

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).FirstOrDefault([]));

    private static long Fixed(byte[] message, int field) =>
        Values(message, field, wireType: 1).Select(value => BitConverter.ToInt64(value)).FirstOrDefault();

    private static IEnumerable<byte[]> Fields(byte[] message, int field) => Values(message, field, wireType: 2);

    /// <summary>The values of one field of a protobuf message, of eight bytes (1) or delimited by their length (2); other kinds are passed over.</summary>
    private static IEnumerable<byte[]> Values(byte[] message, int field, int wireType)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            if ((tag & 7) == 0)
            {
                Varint(message, ref at);
                continue;
            }

            var length = (tag & 7) switch
            {
                1 => 8,
                2 => (int)Varint(message, ref at),
                5 => 4,
                _ => throw new InvalidDataException($"No protobuf: wire type {tag & 7} at byte {at}."),
            };
            if ((int)(tag >> 3) == field && (int)(tag & 7) == wireType) yield return message[at..(at + length)];
            at += length;
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
