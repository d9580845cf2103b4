using System.Text;

namespace Chokepoint.Testing.Telemetry;

/// <summary>A span as it was exported. Ids are lower-case hexadecimal; <paramref name="ParentId"/> is empty for a root.</summary>
public sealed record CollectedSpan(string Service, string TraceId, string SpanId, string ParentId, string Name)
{
    /// <summary>Reads an OTLP <c>ExportTraceServiceRequest</c> (opentelemetry-proto 1.x), as far as it is needed here.</summary>
    internal static IEnumerable<CollectedSpan> Read(byte[] request)
    {
        foreach (var resourceSpans in Fields(request, 1))
        {
            var service = Fields(resourceSpans, 1).SelectMany(resource => Fields(resource, 1))
                .Where(attribute => Text(attribute, 1) == "service.name")
                .Select(attribute => Text(Fields(attribute, 2).First(), 1)).FirstOrDefault("");
            foreach (var span in Fields(resourceSpans, 2).SelectMany(scope => Fields(scope, 2)))
            {
                yield return new CollectedSpan(service, Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5));
            }
        }
    }

    private static string Text(byte[] message, int field) => Encoding.UTF8.GetString(Fields(message, field).FirstOrDefault([]));

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).FirstOrDefault([]));

    /// <summary>The length-delimited values of one field of a protobuf message; other kinds are passed over.</summary>
    private static IEnumerable<byte[]> Fields(byte[] message, int field)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0: Varint(message, ref at); break;
                case 1: at += 8; break;
                case 5: at += 4; break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    if ((int)(tag >> 3) == field) yield return message[at..(at + length)];
                    at += length;
                    break;
                default: throw new InvalidDataException($"No protobuf: wire type {tag & 7} at byte {at}.");
            }
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
