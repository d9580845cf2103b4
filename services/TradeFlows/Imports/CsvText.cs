using Chokepoint.Imports;
using CsvHelper;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>How CSV from outside is read, and its fields as values; a column at -1 is one that the file does not have.</summary>
internal static class CsvText
{
    public static CsvReaderOptions Options { get; } = new()
    {
        Separator = ',',
        TrimWhitespace = true,
        PoolStrings = true,
        TrackLineNumbers = true,
        MaxRecordSize = 1 << 20, // an unclosed quote must not swallow the file into memory
        IncludeValuesInExceptions = false,
    };

    /// <exception cref="ImportRefusedException">It cannot be read.</exception>
    public static async ValueTask ReadHeaderAsync(CsvReader csv, CancellationToken cancellationToken)
    {
        try
        {
            await csv.ReadHeaderAsync(cancellationToken);
        }
        catch (CsvFormatException e)
        {
            await csv.DisposeAsync();
            throw ImportRefusedException.Damaged($"The CSV's header cannot be read: {e.Message}", e);
        }
    }

    public static string String(CsvReader csv, int column) => column < 0 ? "" : csv.GetString(column);

    /// <summary>Null for an empty field; false for one that is no number.</summary>
    public static bool TryNumber<T>(CsvReader csv, int column, out T? value)
        where T : struct, ISpanParsable<T>
    {
        value = null;
        if (column < 0 || csv.IsEmpty(column)) return true;
        if (!csv.TryParse(column, out T number)) return false;
        value = number;
        return true;
    }
}
