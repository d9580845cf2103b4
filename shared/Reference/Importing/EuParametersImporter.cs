using Chokepoint.Contracts;

namespace Chokepoint.Reference.Importing;

/// <summary>
/// The parameters of the Commission's assessment: import reliance per stage, end-of-life recycling input rate, substitution indices. Which
/// legs count at a stage (<c>GS+EU</c>, <c>GSonly</c>, <c>EUonly</c>) is on <see cref="FigureKind.SupplyLegs"/>.
/// </summary>
internal sealed class EuParametersImporter : IFigureImporter
{
    public string Name => "eu-parameters";

    public string Describes => "European Commission 2023 study: import reliance, recycling and substitution per material";

    public FigureImport Import(Stream file, string fileName)
    {
        var table = SourceTable.Read(file);
        if (table.Missing("material", "extraction_mode", "processing_mode", "SI_SR", "IR_extraction_pct", "IR_processing_pct", "EoL_RIR_pct", "SI_EI") is { } missing)
            return FigureImport.Refuse(missing);
        var gathered = new ImportRows();
        foreach (var row in table.Rows)
        {
            var material = table.Cell(row, "material");
            if (!EuMaterials.TryResolve(material, out var mineral))
            {
                gathered.Skip(material, "no mineral of the platform");
                continue;
            }

            Number(table, row, "IR_extraction_pct", FigureKind.ImportReliance, mineral, Stage.Extraction, 100, gathered);
            Number(table, row, "IR_processing_pct", FigureKind.ImportReliance, mineral, Stage.Processing, 100, gathered);
            Number(table, row, "EoL_RIR_pct", FigureKind.RecyclingInputRate, mineral, null, 100, gathered);
            Number(table, row, "SI_SR", FigureKind.Substitution, mineral, null, 1, gathered);
            Number(table, row, "SI_EI", FigureKind.SubstitutionOfImportance, mineral, null, 1, gathered);
            Legs(table, row, "extraction_mode", material, mineral, Stage.Extraction, gathered);
            Legs(table, row, "processing_mode", material, mineral, Stage.Processing, gathered);
        }

        return gathered.Done();
    }

    private static void Number(SourceTable table, SourceRow row, string column, FigureKind kind, string mineral, Stage? stage, double most, ImportRows gathered)
    {
        var cell = table.Cell(row, column);
        if (cell.Length == 0) return;
        if (StatedNumber.Parse(cell, most: most) is { Value: { } value and >= 0 } number && value <= most)
            gathered.Add(Of(kind, mineral, stage, number.Value, number.Low, number.High, most > 1 ? "percent" : "index", number.Operator), row.Line);
        else gathered.Reject(row.Line, $"{column} \"{cell}\" is not between 0 and {most}.");
    }

    /// <summary>The note keeps the assessment's own name of the material.</summary>
    private static void Legs(SourceTable table, SourceRow row, string column, string material, string mineral, Stage stage, ImportRows gathered)
    {
        var legs = table.Cell(row, column);
        if (legs is "GS+EU" or "GSonly" or "EUonly") gathered.Add(Of(FigureKind.SupplyLegs, mineral, stage, null, null, null, "legs", legs) with { Note = material }, row.Line);
        else if (legs.Length > 0) gathered.Reject(row.Line, $"{column} \"{legs}\" is none of GS+EU, GSonly, EUonly.");
    }

    private static Figure Of(FigureKind kind, string mineral, Stage? stage, double? value, double? low, double? high, string unit, string? op) => new(
        kind, mineral, stage, null, Economies.EuropeanUnion, null, value, low, high, unit, op, EuMaterials.Year, EuMaterials.Vintage, EuMaterials.Source, null);
}
