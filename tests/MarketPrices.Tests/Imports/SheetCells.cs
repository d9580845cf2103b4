using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml.Linq;

namespace Chokepoint.MarketPrices.Tests.Imports;

/// <summary>
/// The cells of a workbook's sheet, as text or number by row and column from 0, read without the library that the service reads with.
/// </summary>
internal sealed class SheetCells : Dictionary<(int Row, int Column), object>
{
    public int Rows => Keys.Max(k => k.Row) + 1;

    public int Columns => Keys.Max(k => k.Column) + 1;

    public string Text(int row, int column) => TryGetValue((row, column), out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture)!.Trim() : "";

    /// <summary>The figures below a row in one column.</summary>
    public List<double> Figures(int column, int below) => [.. Enumerable.Range(below, Rows - below).Select(row => this.GetValueOrDefault((row, column))).OfType<double>()];

    /// <summary>Of an XLSX (ECMA-376), by the sheet's place among its parts.</summary>
    public static SheetCells OfXlsx(byte[] file, int sheet)
    {
        XNamespace main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        using var archive = new ZipArchive(new MemoryStream(file));
        var shared = Part("xl/sharedStrings.xml").Elements(main + "si").Select(si => string.Concat(si.Descendants(main + "t").Select(t => t.Value))).ToList();
        var cells = new SheetCells();
        foreach (var cell in Part($"xl/worksheets/sheet{sheet}.xml").Descendants(main + "c"))
        {
            if (cell.Element(main + "v")?.Value is not { } value) continue;
            var name = cell.Attribute("r")!.Value;
            var column = name.TakeWhile(char.IsAsciiLetterUpper).Aggregate(0, (sum, letter) => sum * 26 + letter - 'A' + 1) - 1;
            var row = int.Parse(name.AsSpan(name.IndexOfAny([.. "123456789"])), CultureInfo.InvariantCulture) - 1;
            cells[(row, column)] = cell.Attribute("t")?.Value switch
            {
                "s" => shared[int.Parse(value, CultureInfo.InvariantCulture)],
                null or "n" => double.Parse(value, CultureInfo.InvariantCulture),
                _ => value,
            };
        }
        return cells;

        XElement Part(string name)
        {
            using var part = archive.GetEntry(name)!.Open();
            return XElement.Load(part);
        }
    }

    /// <summary>Of the one sheet of an old workbook: the stream "Workbook" of a compound file ([MS-CFB]), its records as BIFF8 ([MS-XLS]).</summary>
    public static SheetCells OfXls(byte[] file)
    {
        const int shared = 0xFC, continued = 0x3C, number = 0x203, rk = 0x27E, severalRk = 0xBD, sharedText = 0xFD;
        var (cells, texts, records) = (new SheetCells(), new List<string>(), Records(Stream(file, "Workbook")).ToList());
        for (var i = 0; i < records.Count; i++)
        {
            var (type, data) = records[i];
            var at = type is number or rk or severalRk or sharedText ? (Row: UInt16(data, 0), Column: UInt16(data, 2)) : default;
            switch (type)
            {
                case shared:
                    texts = SharedTexts([data, .. records.Skip(i + 1).TakeWhile(r => r.Type == continued).Select(r => r.Data)]);
                    break;
                case number:
                    cells[at] = BinaryPrimitives.ReadDoubleLittleEndian(data.AsSpan(6));
                    break;
                case rk:
                    cells[at] = Rk(UInt32(data, 6));
                    break;
                case severalRk:
                    for (var n = 0; n < (data.Length - 6) / 6; n++) cells[(at.Row, at.Column + n)] = Rk(UInt32(data, 6 + 6 * n));
                    break;
                case sharedText:
                    cells[at] = texts[(int)UInt32(data, 6)];
                    break;
            }
        }
        return cells;
    }

    private static byte[] Stream(byte[] file, string name)
    {
        var size = 1 << UInt16(file, 30);
        var table = new List<uint>();
        for (var i = 0; i < 109 && UInt32(file, 76 + 4 * i) is var sector and < 0xFFFFFFFA; i++)
        {
            for (var j = 0; j < size; j += 4) table.Add(UInt32(file, At(sector) + j));
        }
        var directory = Chain(UInt32(file, 48));
        for (var entry = 0; entry < directory.Length; entry += 128)
        {
            if (Encoding.Unicode.GetString(directory, entry, Math.Max(0, UInt16(directory, entry + 64) - 2)) == name)
                return Chain(UInt32(directory, entry + 116))[..(int)UInt32(directory, entry + 120)];
        }
        throw new InvalidDataException($"There is no stream {name}.");

        int At(uint sector) => (int)(sector + 1) * size;

        byte[] Chain(uint first)
        {
            var bytes = new List<byte>();
            for (var sector = first; sector < 0xFFFFFFFA; sector = table[(int)sector]) bytes.AddRange(file.AsSpan(At(sector), size));
            return [.. bytes];
        }
    }

    private static IEnumerable<(int Type, byte[] Data)> Records(byte[] stream)
    {
        for (var at = 0; at + 4 <= stream.Length && UInt16(stream, at) is var type and not 0; at += 4 + UInt16(stream, at + 2))
            yield return (type, stream[(at + 4)..(at + 4 + UInt16(stream, at + 2))]);
    }

    /// <summary>A text may go on in the next record, which then says anew whether its characters are wide.</summary>
    private static List<string> SharedTexts(List<byte[]> records)
    {
        var (texts, record, at) = (new List<string>(), 0, 8);
        for (var left = UInt32(records[0], 4); left > 0; left--)
        {
            Next();
            var (characters, flags) = (UInt16(records[record], at), records[record][at + 2]);
            if ((flags & 0b1100) != 0) throw new NotSupportedException("Rich text and phonetics do not occur in the files at hand.");
            at += 3;
            var (text, isWide) = (new StringBuilder(), (flags & 1) == 1);
            while (characters > 0)
            {
                if (Next()) isWide = (records[record][at++] & 1) == 1;
                var taken = Math.Min(characters, (records[record].Length - at) / (isWide ? 2 : 1));
                var bytes = taken * (isWide ? 2 : 1);
                text.Append((isWide ? Encoding.Unicode : Encoding.Latin1).GetString(records[record], at, bytes));
                (at, characters) = (at + bytes, characters - taken);
            }
            texts.Add(text.ToString());
        }
        return texts;

        bool Next()
        {
            if (at < records[record].Length) return false;
            (record, at) = (record + 1, 0);
            return true;
        }
    }

    private static double Rk(uint packed)
    {
        var value = (packed & 2) != 0 ? (int)packed >> 2 : BitConverter.Int64BitsToDouble((long)(packed & ~3u) << 32);
        return (packed & 1) != 0 ? value / 100 : value;
    }

    private static int UInt16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint UInt32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
