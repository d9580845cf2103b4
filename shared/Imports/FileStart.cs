using System.Text;

namespace Chokepoint.Imports;

/// <summary>What a file is by its first bytes, whatever it was said to be.</summary>
public enum FileKind
{
    Empty,
    Text,

    /// <summary>Text in UTF-16, as Excel saves "Unicode text".</summary>
    Utf16,

    Json,
    Markup,
    Zip,

    /// <summary>An OLE compound file, as Excel wrote before 2007.</summary>
    CompoundFile,

    Gzip,
    Pdf,
    Binary,
}

/// <summary>Looks at the start of a body and goes back to it.</summary>
public static class FileStart
{
    private const int Enough = 4096;

    public static async Task<FileKind> LookAsync(Stream body, CancellationToken cancellationToken)
    {
        var start = new byte[Enough];
        var length = await body.ReadAtLeastAsync(start, Enough, throwOnEndOfStream: false, cancellationToken);
        body.Position = 0;
        return KindOf(start.AsSpan(0, length));
    }

    /// <exception cref="ImportRefusedException">Always: to be thrown by the caller.</exception>
    public static ImportRefusedException Unexpected(FileKind kind, string expected) => ImportRefusedException.NotTheFormat(kind switch
    {
        FileKind.Empty => $"The file is empty; expected {expected}.",
        FileKind.Markup => $"The file is a web page or XML, perhaps an error page that was saved; expected {expected}.",
        FileKind.Json => $"The file is JSON; expected {expected}.",
        FileKind.Text => $"The file is text; expected {expected}.",
        FileKind.Utf16 => $"The file is text in UTF-16; expected {expected} in UTF-8.",
        FileKind.Zip => $"The file is a ZIP archive or a workbook; expected {expected}.",
        FileKind.CompoundFile => $"The file is an old Excel workbook; expected {expected}.",
        FileKind.Gzip => $"The file is compressed by gzip; expected {expected}.",
        FileKind.Pdf => $"The file is a PDF; expected {expected}.",
        _ => $"The file is binary; expected {expected}.",
    });

    internal static FileKind KindOf(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("PK\u0003\u0004"u8) || start.StartsWith("PK\u0005\u0006"u8)) return FileKind.Zip;
        if (start.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0])) return FileKind.CompoundFile;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return FileKind.Gzip;
        if (start.StartsWith("%PDF"u8)) return FileKind.Pdf;
        if (start.StartsWith(Encoding.UTF8.Preamble)) start = start[3..];
        if (start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) return FileKind.Utf16;
        if (start.Contains((byte)0)) return FileKind.Binary;
        return start.TrimStart(" \t\r\n"u8) switch
        {
            [] => FileKind.Empty,
            [(byte)'<', ..] => FileKind.Markup,
            [(byte)'{' or (byte)'[', ..] => FileKind.Json,
            _ => FileKind.Text,
        };
    }
}
