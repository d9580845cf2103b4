using System.Globalization;

namespace Chokepoint.Reference.Importing;

/// <summary>
/// Figure 2 of USGS Mineral Commodity Summaries 2023 to 2025: net import reliance of the United States, with columns Commodity
/// (<c>TIN, refined</c>) and <c>Net_Import_Reliance_pct_2024</c>.
/// </summary>
internal sealed class McsNetImportRelianceImporter : IFigureImporter
{
    private const string Reliance = "Net_Import_Reliance_pct_";

    public string Name => "usgs-mcs-reliance";

    public string Describes => "USGS Mineral Commodity Summaries 2023 to 2025: figure 2, net import reliance";

    public FigureImport Import(Stream file, string fileName)
    {
        var table = SourceTable.Read(file);
        if (table.Missing("Source", "Commodity") is { } missing) return FigureImport.Refuse(missing);
        var column = table.Header.FirstOrDefault(h => h.StartsWith(Reliance, StringComparison.OrdinalIgnoreCase));
        if (column is null || !int.TryParse(column.AsSpan(Reliance.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var year))
            return FigureImport.Refuse($"The file has no column \"{Reliance}\" with a year.");
        if (McsRelease.EditionIn(fileName) is not { } edition) return FigureImport.Refuse($"The name {fileName} does not say which edition it is of.");
        var gathered = new ImportRows();
        foreach (var row in table.Rows) ImportRow(table, row, column, year, edition, gathered);
        return gathered.Done();
    }

    private static void ImportRow(SourceTable table, SourceRow row, string column, int year, McsEdition edition, ImportRows gathered)
    {
        var name = table.Cell(row, "Commodity").Split(',', 2, StringSplitOptions.TrimEntries);
        var (cell, note) = (table.Cell(row, column), name.Length > 1 ? name[1] : "");
        var targets = UsgsSeries.Find("reliance", UsgsSeries.Commodity(name[0]), note);
        if (McsRelease.EditionIn(table.Cell(row, "Source")) != edition) gathered.Reject(row.Line, $"\"{table.Cell(row, "Source")}\" is not the edition of the file, {edition.Vintage}.");
        else if (targets.Count == 0) gathered.Skip($"reliance: {table.Cell(row, "Commodity")}", "no mineral of the platform, or a form it does not follow");
        else if (StatedNumber.Parse(cell, "", 100) is not { Value: null or (>= 0 and <= 100) } number)
            gathered.Reject(row.Line, $"\"{cell}\" cannot be read as a net import reliance of 0 to 100 percent.");
        else
        {
            foreach (var t in targets)
            {
                gathered.Add(new Figure(
                    FigureKind.ImportReliance, t.Mineral, t.Stage, t.Form, "USA", null, number.Value, number.Low, number.High, "percent", number.Operator,
                    year, edition.Vintage, edition.Source, McsFigures.Note(note)));
            }
        }
    }
}
