using System.Globalization;
using Chokepoint.Contracts;
using CsvHelper;

namespace Chokepoint.Reference;

/// <summary>A table of figures as CSV: one figure a row, UTF-8, in <see cref="FigureOrder"/>, empty where nothing is known.</summary>
public static class FigureTable
{
    /// <summary>The tables that ship, one per kind of source.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["production.csv", "us_imports.csv", "eu_assessment.csv", "governance.csv", "trade_agreements.csv", "gdp_effects.csv"];

    public static IReadOnlyList<string> Columns { get; } =
    [
        "kind", "mineral", "stage", "form", "economy", "counterpart", "value", "low", "high", "unit", "operator", "year", "vintage", "source", "note",
    ];

    public static void Write(TextWriter file, IEnumerable<Figure> figures)
    {
        using var csv = CsvWriter.Create(file, CsvWriterOptions.Default with { HasHeader = false, NewLine = "\n" }, leaveOpen: true);
        csv.WriteRecord([.. Columns]);
        foreach (var f in FigureOrder.Sort(figures))
        {
            csv.WriteRecord(
            [
                f.Kind.NameOf(), f.Mineral ?? "", f.Stage is { } stage ? NameOf(stage) : "", f.Form ?? "", f.Economy ?? "", f.Counterpart ?? "", Text(f.Value),
                Text(f.Low), Text(f.High), f.Unit, f.Operator ?? "", f.Year.ToString(CultureInfo.InvariantCulture), f.Vintage, f.Source, f.Note ?? "",
            ]);
        }
    }

    internal static IReadOnlyList<Figure> ReadShipped(string name) => Table.Read(name, ReadRow);

    private static Figure ReadRow(CsvReader row) => new(
        FigureKinds.TryParse(row.Text("kind"), out var kind) ? kind : throw new InvalidDataException($"{row.Text("kind")} is no kind of figure."),
        row.TextOrNull("mineral"), row.TextOrNull("stage") is { } stage ? StageNamed(stage) : null, row.TextOrNull("form"),
        row.TextOrNull("economy"), row.TextOrNull("counterpart"), row.NumberOrNull("value"), row.NumberOrNull("low"), row.NumberOrNull("high"),
        row.Text("unit"), row.TextOrNull("operator"), int.Parse(row.Text("year"), CultureInfo.InvariantCulture), row.Text("vintage"),
        row.Text("source"), row.TextOrNull("note"));

    internal static string NameOf(Stage stage) => stage switch
    {
        Stage.Extraction => "extraction",
        Stage.Processing => "processing",
        Stage.Component => "component",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "No such stage."),
    };

    internal static Stage StageNamed(string name) => StageOrNull(name) ?? throw new InvalidDataException($"{name} is no stage.");

    internal static Stage? StageOrNull(string name) => name switch
    {
        "extraction" => Stage.Extraction,
        "processing" => Stage.Processing,
        "component" => Stage.Component,
        _ => null,
    };

    private static string Text(double? number) => number?.ToString("0.##########", CultureInfo.InvariantCulture) ?? "";
}
