using System.IO.Compression;
using System.Security;
using System.Text;
using Chokepoint.Reference.Importing;

namespace Chokepoint.Reference.Tests.Importing;

/// <summary>Small files in the publishers' layouts, made here: nothing of theirs is in the repository.</summary>
internal static class Sample
{
    public static FigureImport Import(string importer, string fileName, string text, Encoding? encoding = null)
    {
        var bytes = (encoding ?? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)).GetBytes(text);
        return Import(importer, fileName, encoding is UTF8Encoding ? [.. encoding.Preamble, .. bytes] : bytes);
    }

    public static FigureImport Import(string importer, string fileName, byte[] bytes)
    {
        using var file = new MemoryStream(bytes);
        return FigureImporters.Find(importer).ShouldNotBeNull().Import(file, fileName);
    }

    /// <summary>The least that is a workbook: sheets of inline strings, numbers where a cell is one.</summary>
    public static byte[] Workbook(params (string Name, object?[][] Rows)[] sheets)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Part(zip, "[Content_Types].xml", """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>""");
            Part(zip, "_rels/.rels", """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            Part(zip, "xl/workbook.xml", $"""<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{string.Concat(sheets.Select((s, i) => $"""<sheet name="{s.Name}" sheetId="{i + 1}" r:id="rId{i + 1}"/>"""))}</sheets></workbook>""");
            Part(zip, "xl/_rels/workbook.xml.rels", $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{string.Concat(sheets.Select((_, i) => $"""<Relationship Id="rId{i + 1}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{i + 1}.xml"/>"""))}</Relationships>""");
            for (var i = 0; i < sheets.Length; i++)
            {
                var rows = sheets[i].Rows.Select((row, r) => $"""<row r="{r + 1}">{string.Concat(row.Select((cell, c) => Cell(cell, r, c)))}</row>""");
                Part(zip, $"xl/worksheets/sheet{i + 1}.xml", $"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{string.Concat(rows)}</sheetData></worksheet>""");
            }
        }

        return bytes.ToArray();
    }

    private static string Cell(object? value, int row, int column)
    {
        var at = $"{(char)('A' + column)}{row + 1}";
        return value switch
        {
            null => "",
            string text => $"""<c r="{at}" t="inlineStr"><is><t>{SecurityElement.Escape(text)}</t></is></c>""",
            _ => FormattableString.Invariant($"""<c r="{at}"><v>{value}</v></c>"""),
        };
    }

    private static void Part(ZipArchive zip, string path, string xml)
    {
        using var part = new StreamWriter(zip.CreateEntry(path).Open());
        part.Write("""<?xml version="1.0" encoding="UTF-8"?>""" + xml);
    }
}
