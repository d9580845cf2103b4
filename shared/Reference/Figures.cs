using System.Globalization;
using Chokepoint.Contracts;
using CsvHelper;

namespace Chokepoint.Reference;

/// <summary>The figures the platform starts with: its own normalised tables, each row with its source and vintage.</summary>
public static class Figures
{
    private static readonly string[] Tables = ["figures.csv"];

    private static readonly Lazy<FigureSet> Starting = new(() => new FigureSet(Tables.SelectMany(t => Table.Read(t, ReadRow))));

    public static FigureSet Shipped => Starting.Value;

    /// <summary>The columns of a figures table, in order.</summary>
    internal static readonly string[] Columns =
    [
        "kind", "mineral", "stage", "form", "economy", "counterpart", "value", "low", "high", "unit", "operator", "year", "vintage", "source", "note",
    ];

    private static Figure ReadRow(CsvReader row) => new(
        FigureKinds.TryParse(row.Text("kind"), out var kind) ? kind : throw new InvalidDataException($"{row.Text("kind")} is no kind of figure."),
        row.TextOrNull("mineral"), row.TextOrNull("stage") is { } stage ? Enum.Parse<Stage>(stage, ignoreCase: true) : null, row.TextOrNull("form"),
        row.TextOrNull("economy"), row.TextOrNull("counterpart"), row.NumberOrNull("value"), row.NumberOrNull("low"), row.NumberOrNull("high"),
        row.Text("unit"), row.TextOrNull("operator"), int.Parse(row.Text("year"), CultureInfo.InvariantCulture), row.Text("vintage"),
        row.Text("source"), row.TextOrNull("note"));
}
