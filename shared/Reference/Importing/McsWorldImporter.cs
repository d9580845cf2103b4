using System.Globalization;
using System.Text.RegularExpressions;

namespace Chokepoint.Reference.Importing;

/// <summary>
/// World production tables of USGS Mineral Commodity Summaries 2023 and 2024 (a file per commodity, named by it) and 2025 (one file): columns
/// Source, Country, Type and a production column per year, with the unit in its header (<c>Prod_kt_est_2023</c>) or in UNIT_MEAS.
/// </summary>
internal sealed partial class McsWorldImporter : IFigureImporter
{
    private static readonly string[] NoteColumns = ["Prod_notes", "Prod_note"];

    public string Name => "usgs-mcs-world";

    public string Describes => "USGS Mineral Commodity Summaries 2023 to 2025: world production tables";

    public FigureImport Import(Stream file, string fileName)
    {
        var table = SourceTable.Read(file);
        if (table.Missing("Source", "Country") is { } missing) return FigureImport.Refuse(missing);
        if (table.Header.Count < 3 || table.Column("Year") is not null) return FigureImport.Refuse("The file is no world production table.");
        if ((McsRelease.Of(fileName)?.Edition ?? McsRelease.EditionIn(fileName)) is not { } edition)
            return FigureImport.Refuse($"The name {fileName} does not say which edition it is of.");
        var columns = table.Header.Select((header, index) => ProductionColumn.Of(header, index)).OfType<ProductionColumn>().ToList();
        var gathered = new ImportRows();
        if (columns.Count == 0)
        {
            gathered.Skip(fileName, "no production column (capacity only)");
            return gathered.Done();
        }

        var commodity = McsRelease.Of(fileName)?.Commodity;
        if (commodity is null && table.Column("COMMODITY") is null) return FigureImport.Refuse("Neither the file's name nor a column says which commodity it is of.");
        foreach (var row in table.Rows) ImportRow(table, row, commodity, edition, columns, gathered);
        return McsSums.Complete(gathered).Done();
    }

    private static void ImportRow(
        SourceTable table, SourceRow row, string? commodityOfFile, McsEdition edition, List<ProductionColumn> columns, ImportRows gathered)
    {
        if (table.Cell(row, "Source") is { Length: > 0 } source && McsRelease.EditionIn(source) != edition)
        {
            gathered.Reject(row.Line, $"\"{source}\" is not the edition of the file, {edition.Vintage}.");
            return;
        }

        var commodity = commodityOfFile ?? UsgsSeries.Commodity(table.Cell(row, "COMMODITY"));
        // The header of 2024's fluorspar file has the type where "Type" should stand.
        var detail = table.Column("Type") is { } type ? row.Cell(type) : table.Header[2];
        var country = table.Cell(row, "Country");
        var targets = UsgsSeries.Find("world", commodity, detail);
        if (targets.Count == 0)
        {
            gathered.Skip($"world: {commodity}, {detail}", "no mineral of the platform, or a form it does not follow");
            return;
        }

        var note = NoteColumns.Select(n => table.Cell(row, n)).FirstOrDefault(n => n.Length > 0) ?? "";
        foreach (var column in columns)
        {
            var cell = row.Cell(column.Index);
            if (cell.Length == 0)
            {
                gathered.Skip($"world: {commodity}, {detail}", "blank cell, which says nothing");
                continue;
            }

            var (unit, remark) = column.Unit is { } inHeader
                ? UsgsUnits.Corrected(edition, commodity, "Prod", inHeader) : UsgsUnits.Corrected(edition, commodity, "UNIT_MEAS", table.Cell(row, "UNIT_MEAS"));
            McsFigures.Production(row.Line, country, detail, cell, unit, McsFigures.Note(note, column.Estimated ? "Estimated" : "", remark) ?? "", column.Year, edition, targets, gathered);
        }
    }

    private sealed partial record ProductionColumn(int Index, string? Unit, int Year, bool Estimated)
    {
        public static ProductionColumn? Of(string header, int index)
        {
            var match = Production().Match(header.Replace(" ", "", StringComparison.Ordinal));
            if (!match.Success) return null;
            var unit = match.Groups["unit"].Success ? UsgsUnits.InWords(match.Groups["unit"].Value) : null;
            return new ProductionColumn(index, unit, int.Parse(match.Groups["year"].Value, CultureInfo.InvariantCulture), match.Groups["est"].Success);
        }

        [GeneratedRegex("^Prod_(?:Sponge_)?(?:(?<unit>t|kt|mt|mmt|kg|mcm|mct|kct)_)?(?:(?<est>est)_)?(?<year>[0-9]{4})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
        private static partial Regex Production();
    }
}
