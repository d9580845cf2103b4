using System.Globalization;
using Chokepoint.Imports;
using Chokepoint.MarketPrices.Domain;
using ExcelDataReader;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>A column of a sheet that has a series in each; <paramref name="Scale"/> makes its figures the series' currency.</summary>
internal sealed record WideColumn(int Index, SeriesIdentity Series, double Scale)
{
    /// <exception cref="ImportRefusedException">No series can be called what the heading says.</exception>
    public static WideColumn Of(int index, string mineral, string heading, string unit, string source, double scale) => PriceChecks.CheckText(heading) is { } bad
        ? throw ImportRefusedException.NotTheFormat($"The heading of column {index + 1} {bad}")
        : new WideColumn(index, new SeriesIdentity(mineral, heading, unit, "USD", source, Frequency.Monthly), scale);
}

/// <summary>Walks a sheet with periods down its first column and series across.</summary>
internal static class WideSheet
{
    /// <summary>How the sources write "no figure"; such a cell is no row.</summary>
    private static readonly string[] Missing = ["", "…", "..", "...", "n.a.", "NA", "."];

    /// <param name="headings">By column: a figure in one that has none says that the figures do not stand under theirs.</param>
    /// <exception cref="ImportRefusedException">It does, or no row has a period.</exception>
    public static IEnumerable<Cell> Cells(
        IExcelDataReader sheet, IReadOnlyList<WideColumn> columns, string[] headings, int line, Func<string, DateOnly?> period, DateOnly? vintage, DateOnly today)
    {
        var hasPeriod = false;
        while (sheet.Read())
        {
            line++;
            if (period(sheet.Text(0)) is not { } date) continue;
            hasPeriod = true;
            for (var i = 1; i < sheet.FieldCount; i++)
            {
                if (headings.ElementAtOrDefault(i) is null or "" && sheet.GetValue(i) is double or int)
                    throw ImportRefusedException.NotTheFormat($"Row {line} has a figure in column {i + 1}, which has no heading. Are the columns shifted?");
            }
            foreach (var column in columns)
            {
                if (column.Index < sheet.FieldCount && Read(sheet.GetValue(column.Index), column, date, line, vintage, today) is { } cell) yield return cell;
            }
        }
        if (!hasPeriod) throw ImportRefusedException.NotTheFormat("No row begins with a month such as 1960M01. Are the columns shifted?");
    }

    private static Cell? Read(object? value, WideColumn column, DateOnly date, int line, DateOnly? vintage, DateOnly today)
    {
        double number;
        switch (value)
        {
            case null:
                return null;
            case double d:
                number = d;
                break;
            default:
                var text = Convert.ToString(value, CultureInfo.InvariantCulture)!.Trim();
                if (Missing.Contains(text, StringComparer.Ordinal)) return null;
                if (PriceChecks.TryNumber(text, out number)) break;
                return new Cell(line, default, $"{column.Series.Form}: '{(text.Length > 20 ? text[..20] : text)}' is not a number.");
        }
        var reason = PriceChecks.CheckDay(date, today) ?? PriceChecks.CheckValue(number * column.Scale);
        return new Cell(line, new PriceRow(column.Series, date, number * column.Scale, vintage), reason is null ? null : $"{column.Series.Form}: {reason}");
    }
}
