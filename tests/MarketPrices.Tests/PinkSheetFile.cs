using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Text;

namespace Chokepoint.MarketPrices.Tests;

/// <summary>A workbook in the Pink Sheet's shape with figures made up here; what an edition may do differently can be asked for.</summary>
internal sealed record PinkSheetFile
{
    private static readonly (string Name, string Unit)[] Columns =
    [
        ("Crude oil, average", "($/bbl)"), ("Coal, Australian", "($/mt)"), ("Natural gas, US", "($/mmbtu)"), ("Cocoa", "($/kg)"), ("Sugar, world", "($/kg)"),
        ("Aluminum", "($/mt)"), ("Iron ore, cfr spot", "($/dmtu)"), ("Copper", "($/mt)"), ("Lead", "($/mt)"), ("Tin", "($/mt)"), ("Nickel", "($/mt)"),
        ("Zinc **", "($/mt)"), ("Gold", "($/troy oz)"), ("Platinum", "($/troy oz)"), ("Silver", "($/troy oz)"),
    ];

    /// <summary>Of which the Pink Sheet's reader takes the columns from aluminium on.</summary>
    public const int Minerals = 10;

    /// <summary>From January 2020 on.</summary>
    public int Months { get; init; } = 3;

    /// <summary>By month's place and column's name; a text is written as text.</summary>
    public Func<int, string, object> Value { get; init; } = (month, _) => 100.5 + month;

    public string Updated { get; init; } = "December 02, 2025";
    public string Sheet { get; init; } = "Monthly Prices";

    /// <summary>Rows of other text above the names.</summary>
    public int RowsAbove { get; init; } = 4;

    /// <summary>Some editions have a row of codes below the units.</summary>
    public bool HasCodes { get; init; }

    /// <summary>How many columns every row of figures stands too far right; below zero, too far left, its month gone.</summary>
    public int ShiftedBy { get; init; }

    public byte[] Make()
    {
        List<object?[]> rows = [.. Enumerable.Range(0, RowsAbove).Select(i => new object?[] { i == RowsAbove - 1 ? $"Updated on {Updated}" : $"World Bank, line {i}" })];
        rows.Add([null, .. Columns.Select(c => c.Name)]);
        rows.Add([null, .. Columns.Select(c => c.Unit)]);
        if (HasCodes) rows.Add([null, .. Columns.Select(c => c.Name.ToUpperInvariant().Replace(' ', '_'))]);
        for (var month = 0; month < Months; month++)
        {
            object?[] row = [
                new DateOnly(2020, 1, 1).AddMonths(month).ToString("yyyy'M'MM", CultureInfo.InvariantCulture), .. new object?[Math.Max(ShiftedBy, 0)],
                .. Columns.Select(c => Value(month, c.Name)),
            ];
            rows.Add(row[Math.Max(-ShiftedBy, 0)..]);
        }
        return Zip(SheetXml(rows));
    }

    private static string SheetXml(List<object?[]> rows)
    {
        var xml = new StringBuilder("""<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>""");
        foreach (var (number, row) in rows.Index())
        {
            xml.Append(CultureInfo.InvariantCulture, $"<row r=\"{number + 1}\">");
            foreach (var (column, cell) in row.Index())
            {
                var at = string.Create(CultureInfo.InvariantCulture, $"{(char)('A' + column)}{number + 1}");
                if (cell is string text) xml.Append(CultureInfo.InvariantCulture, $"<c r=\"{at}\" t=\"inlineStr\"><is><t>{SecurityElement.Escape(text)}</t></is></c>");
                else if (cell is not null) xml.Append(CultureInfo.InvariantCulture, $"<c r=\"{at}\"><v>{cell}</v></c>");
            }
            xml.Append("</row>");
        }
        return xml.Append("</sheetData></worksheet>").ToString();
    }

    private byte[] Zip(string sheet)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("[Content_Types].xml", """<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>""");
            Add("_rels/.rels", """<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            Add("xl/workbook.xml", $"""<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="{Sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>""");
            Add("xl/_rels/workbook.xml.rels", """<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>""");
            Add("xl/worksheets/sheet1.xml", sheet);

            void Add(string name, string text)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return bytes.ToArray();
    }
}
