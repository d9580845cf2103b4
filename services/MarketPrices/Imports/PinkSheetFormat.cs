using System.Globalization;
using System.Text.RegularExpressions;
using Chokepoint.Imports;
using Chokepoint.MarketPrices.Domain;
using ExcelDataReader;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>
/// The World Bank's Pink Sheet, <c>CMO-Historical-Data-Monthly.xlsx</c>: a column for each commodity. The header is found by what it
/// holds, since editions differ by a row; only the columns of minerals are taken.
/// </summary>
internal sealed partial class PinkSheetFormat(TimeProvider clock) : IImportFormat<PriceRow>
{
    private const string Sheet = "Monthly Prices";
    private const string Source = "World Bank Pink Sheet";
    private const int HeaderWithin = 20;

    public string Name => "world-bank-pink-sheet";

    public IReadOnlyDictionary<string, string[]>? ValidateOptions(string? options) => PriceOptions.Of(options).Validate(clock);

    public async Task<IRowReader<PriceRow>> OpenAsync(Stream body, string? options, CancellationToken cancellationToken)
    {
        var workbook = await Workbooks.OpenAsync(body, "the Pink Sheet's workbook", cancellationToken);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var (columns, headings, vintage, line) = Workbooks.Reading(() => Header(workbook, today));
        return new CellReader(
            WideSheet.Cells(workbook, columns, headings, line, text => Month().Match(text) is { Success: true } m
                ? new DateOnly(int.Parse(m.Groups["y"].Value, CultureInfo.InvariantCulture), int.Parse(m.Groups["m"].Value, CultureInfo.InvariantCulture), 1)
                : null, vintage, today),
            workbook);
    }

    private static (List<WideColumn> Columns, string[] Headings, DateOnly? Vintage, int Line) Header(IExcelDataReader sheet, DateOnly today)
    {
        while (sheet.Name != Sheet)
        {
            if (!sheet.NextResult()) throw ImportRefusedException.NotTheFormat($"The workbook has no sheet \"{Sheet}\".");
        }
        DateOnly? vintage = null;
        string[] names = [];
        for (var line = 1; line <= HeaderWithin && sheet.Read(); line++)
        {
            if (Updated().Match(sheet.Text(0)) is { Success: true } updated
                && DateOnly.TryParse(updated.Groups["day"].Value, CultureInfo.InvariantCulture, out var day)) vintage = day;
            var cells = Enumerable.Range(0, sheet.FieldCount).Select(sheet.Text).ToArray();
            if (cells.Count(c => c.StartsWith("($/", StringComparison.Ordinal)) < 10)
            {
                names = cells;
                continue;
            }
            if (vintage > today) throw ImportRefusedException.NotTheFormat($"The sheet says that it was updated on {vintage:yyyy-MM-dd}, which is in the future.");
            return ([.. Columns(names, cells)], names, vintage, line);
        }
        throw ImportRefusedException.NotTheFormat($"The sheet \"{Sheet}\" has no row of units such as ($/mt) in its first {HeaderWithin} rows.");
    }

    private static IEnumerable<WideColumn> Columns(string[] names, string[] units)
    {
        for (var i = 1; i < Math.Min(names.Length, units.Length); i++)
        {
            if (SourceSeries.MineralOf(names[i]) is { } mineral && SourceSeries.UnitOf(units[i]) is var (unit, scale))
                yield return WideColumn.Of(i, mineral, names[i].TrimEnd('*', ' '), unit, Source, scale);
        }
    }

    [GeneratedRegex(@"^(?<y>\d{4})M(?<m>\d{2})$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Month();

    [GeneratedRegex(@"^Updated on (?<day>.+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Updated();
}
