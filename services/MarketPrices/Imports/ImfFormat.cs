using System.Globalization;
using System.Text.RegularExpressions;
using Chokepoint.Imports;
using Chokepoint.MarketPrices.Domain;
using ExcelDataReader;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>
/// The IMF's primary commodity prices as it published them in one workbook: code, description, data type and frequency above each
/// column. Some series have no code; a description without a unit gives a series whose unit is <c>unstated</c>.
/// </summary>
internal sealed partial class ImfFormat(TimeProvider clock) : IImportFormat<PriceRow>
{
    private const string Source = "IMF Primary Commodity Prices";
    private static readonly string[] Labels = ["Commodity", "Commodity.Description", "Data Type", "Frequency"];

    public string Name => "imf-pcps";

    public IReadOnlyDictionary<string, string[]>? ValidateOptions(string? options) => PriceOptions.Of(options).Validate(clock);

    public async Task<IRowReader<PriceRow>> OpenAsync(Stream body, string? options, CancellationToken cancellationToken)
    {
        var workbook = await Workbooks.OpenAsync(body, "the IMF's workbook", cancellationToken);
        var (columns, headings) = Workbooks.Reading(() => Header(workbook));
        return new CellReader(
            WideSheet.Cells(workbook, columns, headings, Labels.Length, text => Month().Match(text) is { Success: true } m
                ? new DateOnly(int.Parse(m.Groups["y"].Value, CultureInfo.InvariantCulture), int.Parse(m.Groups["m"].Value, CultureInfo.InvariantCulture), 1)
                : null, PriceOptions.Of(options).Vintage, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)),
            workbook);
    }

    private static (List<WideColumn> Columns, string[] Headings) Header(IExcelDataReader sheet)
    {
        var rows = new List<string[]>();
        foreach (var label in Labels)
        {
            if (!sheet.Read() || sheet.Text(0) != label)
                throw ImportRefusedException.NotTheFormat($"Row {rows.Count + 1} of the first sheet should begin with \"{label}\".");
            rows.Add([.. Enumerable.Range(0, sheet.FieldCount).Select(sheet.Text)]);
        }
        var columns = new List<WideColumn>();
        for (var i = 1; i < rows[1].Length; i++)
        {
            var (description, type, frequency) = (rows[1][i], i < rows[2].Length ? rows[2][i] : "", i < rows[3].Length ? rows[3][i] : "");
            if (type != "USD" || frequency != "Monthly" || SourceSeries.MineralOf(description) is not { } mineral) continue;
            var (unit, scale) = SourceSeries.UnitOf(description) ?? ("unstated", 1);
            columns.Add(WideColumn.Of(i, mineral, description, unit, Source, scale));
        }
        return (columns, rows[1]);
    }

    [GeneratedRegex(@"^(?<y>\d{4})M(?<m>1[0-2]|[1-9])$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Month();
}
