using System.Globalization;
using System.Text;
using ExcelDataReader;

namespace Chokepoint.Reference.Importing;

/// <summary>A publisher's workbook as rows of text; a CSV is taken as its one sheet.</summary>
internal static class SourceWorkbook
{
    // ExcelDataReader asks for code page 1252 when it is set up, whatever the file.
    static SourceWorkbook() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static SourceTable FirstSheet(Stream file)
    {
        var bytes = Buffered(file);
        if (!IsWorkbook(bytes)) return SourceTable.Read(bytes);
        var lines = Sheets(bytes).First().Lines;
        return SourceTable.Of(lines);
    }

    public static IEnumerable<(string Name, IReadOnlyList<SourceRow> Lines)> Sheets(Stream file)
    {
        var bytes = Buffered(file);
        if (!IsWorkbook(bytes)) yield break;
        using var reader = ExcelReaderFactory.CreateReader(bytes, new ExcelReaderConfiguration { LeaveOpen = true });
        do
        {
            var lines = new List<SourceRow>();
            for (var line = 1; reader.Read(); line++)
            {
                var cells = new string[reader.FieldCount];
                for (var i = 0; i < cells.Length; i++) cells[i] = SourceTable.Clean(Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture) ?? "");
                if (Array.Exists(cells, c => c.Length > 0)) lines.Add(new SourceRow(line, cells));
            }

            yield return (reader.Name, lines);
        }
        while (reader.NextResult());
    }

    private static MemoryStream Buffered(Stream file)
    {
        if (file is MemoryStream { Position: 0 } already) return already;
        var bytes = new MemoryStream();
        file.CopyTo(bytes);
        bytes.Position = 0;
        return bytes;
    }

    /// <summary>A zip archive (xlsx) or an OLE compound file (xls), by their first bytes.</summary>
    private static bool IsWorkbook(MemoryStream file)
    {
        Span<byte> magic = stackalloc byte[4];
        var read = file.Read(magic);
        file.Position = 0;
        return read == 4 && (magic.SequenceEqual("PK\u0003\u0004"u8) || magic.SequenceEqual(stackalloc byte[] { 0xD0, 0xCF, 0x11, 0xE0 }));
    }
}
