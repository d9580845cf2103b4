using Chokepoint.Reference;
using Chokepoint.Reference.Importing;

namespace Chokepoint.ReferenceTables;

/// <summary>Runs every importer over the publishers' files and writes the tables that ship, the same bytes for the same input.</summary>
internal static class ReferenceTableWriter
{
    public static bool WriteAll(string material, string tables, TextWriter report)
    {
        var imported = new FigureMerge();
        var refused = 0;
        foreach (var source in SourceFiles.In(material))
        {
            using var file = File.OpenRead(source.Path);
            var import = source.Importer.Import(file, Path.GetFileName(source.Path));
            Report(source, import, report);
            refused += import.Refusal is null ? 0 : 1;
            imported.Add(import.Figures);
        }

        foreach (var (kept, other) in imported.Conflicts)
            report.WriteLine($"{kept.Source}: {kept.Kind.NameOf()} {kept.Mineral} {kept.Stage} {kept.Form} {kept.Economy} {kept.Year} is {kept.Operator}{kept.Value} and {other.Operator}{other.Value}; the first is kept");
        foreach (var table in imported.Figures.GroupBy(TableOf, StringComparer.Ordinal).OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            using var file = new StreamWriter(Path.Combine(tables, table.Key));
            FigureTable.Write(file, table);
            report.WriteLine($"{table.Key}: {table.Count()} figures");
        }

        report.WriteLine($"{refused} files refused, {imported.Conflicts.Count} contradictions");
        return imported.Figures.Count > 0;
    }

    private static string TableOf(Figure figure) => figure.Kind switch
    {
        FigureKind.Production or FigureKind.ProductionResidual or FigureKind.ProductionTotal => "production.csv",
        FigureKind.Governance => "governance.csv",
        FigureKind.GdpEffect => "gdp_effects.csv",
        FigureKind.ProducerShare => "eu_assessment.csv",
        _ when figure.Economy == "USA" => "us_imports.csv",
        _ => "eu_assessment.csv",
    };

    private static void Report(SourceFile source, FigureImport import, TextWriter report)
    {
        var name = Path.GetFileName(source.Path);
        report.WriteLine(import.Refusal is { } refusal
            ? $"{name}: refused. {refusal}"
            : $"{name}: {import.Figures.Count} figures, {import.Rejected.Count} rows rejected, {import.Skipped.Sum(s => s.Rows)} rows of other series");
        foreach (var row in import.Rejected) report.WriteLine($"  line {row.Line}: {row.Reason}");
        foreach (var series in import.Skipped) report.WriteLine($"  {series.Rows} rows of {series.Series}: {series.Reason}");
    }
}
