using System.Text;

namespace Chokepoint.Polling.Http;

/// <summary>
/// Whether a body is of the kind that was asked for. Its first bytes decide more than its media type: many sources send JSON as
/// text/plain or CSV as application/octet-stream, and a login or error page comes as HTML with status 200.
/// </summary>
internal static class ContentCheck
{
    /// <returns>What the body is instead, or null.</returns>
    public static string? Mismatch(Expected expected, string? mediaType, ReadOnlySpan<byte> body)
    {
        if (body.StartsWith(Encoding.UTF8.Preamble)) body = body[3..];
        body = body.TrimStart(" \t\r\n"u8);
        if (body.IsEmpty) return "an empty body";
        var isHtml = LooksLikeHtml(body) || mediaType is "text/html" or "application/xhtml+xml";
        return expected switch
        {
            Expected.Html => isHtml ? null : Other(mediaType),
            _ when isHtml => "an HTML page",
            Expected.Json => body[0] is (byte)'{' or (byte)'[' ? null : Other(mediaType),
            Expected.Zip => body.StartsWith("PK"u8) ? null : Other(mediaType),
            // A header line of words; JSON and binary files are what is sent in its place.
            Expected.Csv => body[0] is (byte)'{' or (byte)'[' or (byte)'<' || body.StartsWith("PK\u0003"u8) || body.Contains((byte)0) ? Other(mediaType) : null,
            _ => throw new ArgumentOutOfRangeException(nameof(expected), expected, message: null),
        };
    }

    private static bool LooksLikeHtml(ReadOnlySpan<byte> body)
    {
        var start = Encoding.Latin1.GetString(body[..Math.Min(body.Length, 512)]);
        return start[0] is '<'
            && (start.Contains("<!doctype html", StringComparison.OrdinalIgnoreCase) || start.Contains("<html", StringComparison.OrdinalIgnoreCase)
                || start.Contains("<head", StringComparison.OrdinalIgnoreCase) || start.Contains("<body", StringComparison.OrdinalIgnoreCase));
    }

    private static string Other(string? mediaType) => $"something else ({mediaType ?? "no media type"})";
}
