using System.Text;
using Chokepoint.Imports;
using ExcelDataReader;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>Opens spreadsheets that come from outside, old and new, within bounds.</summary>
internal static class Workbooks
{
    /// <summary>The sources' workbooks have under 1 MB, and 4 unpacked; the reader holds a workbook's strings in memory.</summary>
    private const long LargestFile = 8L << 20;

    private const long LargestUnpacked = 64L << 20;

    static Workbooks() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance); // BIFF8 strings come in Windows code pages

    public static async Task<IExcelDataReader> OpenAsync(Stream body, string expected, CancellationToken cancellationToken)
    {
        var kind = await FileStart.LookAsync(body, cancellationToken);
        if (kind is not (FileKind.Zip or FileKind.CompoundFile)) throw FileStart.Unexpected(kind, expected);
        if (body.Length > LargestFile) throw ImportRefusedException.Damaged($"The workbook has more than {LargestFile >> 20} MiB.");
        if (kind is FileKind.Zip)
        {
            await using var parts = await ArchiveParts.OpenAsync(body, cancellationToken);
            if (parts.Entries.Sum(e => e.Length) > LargestUnpacked) throw ImportRefusedException.Damaged($"The workbook unpacks to more than {LargestUnpacked >> 20} MiB.");
            body.Position = 0;
        }
        return Reading(() => ExcelReaderFactory.CreateReader(body, new ExcelReaderConfiguration { LeaveOpen = true }));
    }

    /// <exception cref="ImportRefusedException">The library could not read on.</exception>
    public static T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (ImportRefusedException.IsOfTheFile(e))
        {
            throw ImportRefusedException.Damaged("The workbook is damaged: it cannot be read to its end.", e);
        }
    }

    public static string Text(this IExcelDataReader sheet, int column) =>
        column < sheet.FieldCount ? sheet.GetValue(column)?.ToString()?.Trim() ?? "" : "";
}
