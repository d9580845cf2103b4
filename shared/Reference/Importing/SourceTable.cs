using System.Text;
using CsvHelper;

namespace Chokepoint.Reference.Importing;

/// <summary>
/// A publisher's CSV as rows of text with their line numbers. Takes UTF-8 with or without a byte order mark and, where the bytes are no
/// UTF-8, windows-1252 (MCS 2026). Cells lose outer white space and no-break spaces; blank rows and empty trailing columns are dropped.
/// </summary>
internal sealed class SourceTable
{
    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Dictionary<string, int> columns = new(StringComparer.OrdinalIgnoreCase);

    private SourceTable(IReadOnlyList<string> header, IReadOnlyList<SourceRow> rows)
    {
        Header = header;
        Rows = rows;
        for (var i = 0; i < header.Count; i++) columns.TryAdd(Key(header[i]), i);
    }

    public IReadOnlyList<string> Header { get; }

    public IReadOnlyList<SourceRow> Rows { get; }

    public static SourceTable Read(Stream file)
    {
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        var options = CsvReaderOptions.Default with { HasHeader = false, TrackLineNumbers = true };
        using var csv = CsvReader.Create(new StringReader(Decode(bytes.ToArray())), options);
        List<string>? header = null;
        var rows = new List<SourceRow>();
        while (csv.Read())
        {
            var cells = new List<string>(csv.FieldCount);
            for (var i = 0; i < csv.FieldCount; i++) cells.Add(Clean(csv.GetString(i)));
            if (cells.TrueForAll(c => c.Length == 0)) continue;
            if (header is null) header = cells;
            else rows.Add(new SourceRow((int)csv.LineNumber, cells));
        }

        return new SourceTable(header ?? [], rows);
    }

    /// <summary>Rows of a sheet, the first of them the header.</summary>
    public static SourceTable Of(IReadOnlyList<SourceRow> lines) => lines.Count == 0 ? new SourceTable([], []) : new SourceTable(lines[0].Cells, [.. lines.Skip(1)]);

    /// <summary>The position of a column; spaces and case in the header do not matter (<c>PROD_EST_ 2024</c>).</summary>
    public int? Column(string name) => columns.TryGetValue(Key(name), out var i) ? i : null;

    /// <summary>Null when every column is there, else the sentence that refuses the file.</summary>
    public string? Missing(params string[] names)
    {
        var missing = names.Where(n => Column(n) is null).ToList();
        return missing.Count == 0 ? null : $"The file has no column {string.Join(", ", missing.Select(m => $"\"{m}\""))}.";
    }

    public string Cell(SourceRow row, string column) => Column(column) is { } i ? row.Cell(i) : "";

    private static string Decode(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return Windows1252.GetString(bytes);
        }
    }

    internal static string Clean(string cell) => cell.Replace('\u00A0', ' ').Trim();

    private static string Key(string header) => header.Replace(" ", "", StringComparison.Ordinal);
}

internal sealed record SourceRow(int Line, IReadOnlyList<string> Cells)
{
    public string Cell(int index) => index < Cells.Count ? Cells[index] : "";
}
