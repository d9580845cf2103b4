using System.Globalization;

namespace Chokepoint.MarketPrices.Tests;

/// <summary>A workbook in the Pink Sheet's shape with figures made up here; what an edition may do differently can be asked for.</summary>
internal sealed record PinkSheetFile
{
    internal static readonly (string Name, string Unit)[] Columns =
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
        return WorkbookFile.Make(Sheet, rows);
    }
}
