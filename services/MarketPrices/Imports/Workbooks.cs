using System.Text;
using Chokepoint.Imports;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>Opens spreadsheets that come from outside, old and new, within bounds.</summary>
internal static class Workbooks
{
    /// <summary>The sources' workbooks have under 1 MB; the reader holds a workbook's strings in memory.</summary>
    private const long LargestFile = 32L << 20;

    static Workbooks() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance); // BIFF8 strings come in Windows code pages

    public static async Task<IExcelDataReader> OpenAsync(Stream body, string expected, CancellationToken cancellationToken)
    {
        var kind = await FileStart.LookAsync(body, cancellationToken);
        if (kind is not (FileKind.Zip or FileKind.CompoundFile)) throw FileStart.Unexpected(kind, expected);
        if (body.Length > LargestFile) throw ImportRefusedException.Damaged($"The workbook has more than {LargestFile >> 20} MiB.");
        if (kind is FileKind.Zip)
        {
            (await ArchiveParts.OpenAsync(body, cancellationToken)).Dispose();
            body.Position = 0;
        }
        try
        {
            return ExcelReaderFactory.CreateReader(body, new ExcelReaderConfiguration { LeaveOpen = true });
        }
        catch (Exception e) when (e is ExcelReaderException or InvalidDataException or EndOfStreamException or IndexOutOfRangeException or ArgumentException)
        {
            throw ImportRefusedException.Damaged("The workbook cannot be read.", e);
        }
    }

    public static string Text(this IExcelDataReader sheet, int column) =>
        column < sheet.FieldCount ? sheet.GetValue(column)?.ToString()?.Trim() ?? "" : "";
}
