using System.Globalization;
using System.Text.RegularExpressions;

namespace Chokepoint.Reference.Importing;

/// <summary>
/// Salient statistics of the United States, USGS Mineral Commodity Summaries 2023 to 2025, a file per commodity (csv, some xlsx): net import reliance,
/// consumption and stocks of five years. A row with an impossible reliance has its columns shifted (feldspar and fluorspar 2024) and is
/// rejected whole.
/// </summary>
internal sealed partial class McsSalientImporter : IFigureImporter
{
    public string Name => "usgs-mcs-salient";

    public string Describes => "USGS Mineral Commodity Summaries 2023 to 2025: salient statistics of one commodity";

    public FigureImport Import(Stream file, string fileName)
    {
        var table = SourceWorkbook.FirstSheet(file);
        if (table.Missing("Commodity", "Year") is { } missing) return FigureImport.Refuse(missing);
        if (McsRelease.Of(fileName) is not { } release) return FigureImport.Refuse($"The name {fileName} does not say which edition and commodity it is of.");
        var gathered = new ImportRows();
        var columns = new List<SalientColumn>();
        for (var i = 0; i < table.Header.Count; i++)
        {
            if (SalientColumn.Of(table.Header[i], i) is { } column) columns.Add(column);
            else if (table.Header[i].Length > 0) gathered.Skip($"salient: {release.Commodity}, {table.Header[i]}", "not a column the platform reads");
        }

        foreach (var row in table.Rows) ImportRow(table, row, release, columns, gathered);
        return gathered.Done();
    }

    private static void ImportRow(SourceTable table, SourceRow row, McsRelease release, List<SalientColumn> columns, ImportRows gathered)
    {
        var edition = McsRelease.EditionIn(row.Cell(0));
        if (edition is null && !int.TryParse(table.Cell(row, "Year"), CultureInfo.InvariantCulture, out _)) return; // a footnote below the table
        if (edition != release.Edition) gathered.Reject(row.Line, $"\"{row.Cell(0)}\" is not the edition of the file, {release.Edition.Vintage}.");
        else if (!int.TryParse(table.Cell(row, "Year"), NumberStyles.None, CultureInfo.InvariantCulture, out var year)) gathered.Reject(row.Line, $"\"{table.Cell(row, "Year")}\" is no year.");
        else if (columns.Find(c => c.Kind == FigureKind.ImportReliance && StatedNumber.Parse(row.Cell(c.Index), "", 100) is { Value: > 100 or < 0 }) is { } impossible)
            gathered.Reject(row.Line, $"{table.Header[impossible.Index]} of {row.Cell(impossible.Index)} is not possible: the columns of the row are shifted.");
        else
        {
            foreach (var column in columns) ImportCell(table, row, year, release, column, gathered);
        }
    }

    private static void ImportCell(SourceTable table, SourceRow row, int year, McsRelease release, SalientColumn column, ImportRows gathered)
    {
        var (cell, header, edition) = (row.Cell(column.Index), table.Header[column.Index], release.Edition);
        var commodity = column.Commodity ?? UsgsSeries.Commodity(table.Cell(row, "Commodity"));
        var targets = UsgsSeries.Find(column.Kind == FigureKind.ImportReliance ? "reliance" : "use", commodity, column.Detail);
        if (targets.Count == 0 || cell.Length == 0) gathered.Skip($"salient: {commodity}, {header}", cell.Length == 0 ? "blank cell, which says nothing" : "no mineral of the platform, or a form it does not follow");
        else if (column.Unit is not { } stated) gathered.Reject(row.Line, $"The column {header} has no unit.");
        else if (StatedNumber.Parse(cell, "", column.Kind == FigureKind.ImportReliance ? 100 : null) is not { } number) gathered.Reject(row.Line, $"{header} \"{cell}\" cannot be read.");
        else
        {
            var (unit, remark) = column.Kind == FigureKind.ImportReliance ? ("percent", "") : UsgsUnits.Corrected(edition, commodity, header, stated);
            foreach (var t in targets)
            {
                gathered.Add(new Figure(
                    column.Kind, t.Mineral, t.Stage, column.Kind == FigureKind.ImportReliance ? t.Form : McsFigures.Form(column.Detail), "USA", null, number.Value,
                    number.Low, number.High, unit, number.Operator, year, edition.Vintage, edition.Source, McsFigures.Note(cell.StartsWith('e') ? "Estimated" : "", remark)));
            }
        }
    }

    /// <summary>A column of the header, <c>Consump_Apprnt_kt</c>, taken apart.</summary>
    private sealed partial record SalientColumn(int Index, FigureKind Kind, string? Commodity, string Detail, string? Unit)
    {
        public static SalientColumn? Of(string header, int index)
        {
            var match = Named().Match(header);
            if (!match.Success) return null;
            var kind = match.Groups["what"].Value.ToUpperInvariant() switch
            {
                "NIR" => FigureKind.ImportReliance,
                "CONSUMP" => FigureKind.Consumption,
                _ => FigureKind.Stock,
            };
            var commodity = match.Groups["commodity"] is { Success: true } named ? named.Value.ToLowerInvariant() : null;
            var (detail, unit) = Unit_(match.Groups["rest"].Value);
            return new SalientColumn(index, kind, commodity, Words(detail), unit);
        }

        /// <summary>2024 has headers without the last underscore: <c>NIR_Refinedpct</c>, <c>Consump_Reportedt</c>.</summary>
        private static (string Detail, string? Unit) Unit_(string rest)
        {
            var last = rest.LastIndexOf('_');
            if (UsgsUnits.InWords(rest[(last + 1)..]) is { } unit) return (last < 0 ? "" : rest[..last], unit);
            return Glued().Match(rest) is { Success: true } glued ? (glued.Groups["word"].Value, UsgsUnits.InWords(glued.Groups["unit"].Value)) : (rest, null);
        }

        private static string Words(string detail)
        {
            var words = detail.ToLowerInvariant().Split('_', '-').Select(word => word switch
            {
                "apprnt" or "app" => "apparent",
                "rprtd" or "rpt" => "reported",
                "est" => "estimated",
                "nir" or "consump" => "",
                _ => word,
            });
            return string.Join(' ', words.Where(word => word.Length > 0));
        }

        [GeneratedRegex("^(?:(?<commodity>Bauxite|Alumina)_)?(?<what>NIR|Consump|Stocks)_?(?<rest>.*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
        private static partial Regex Named();

        [GeneratedRegex("^(?<word>Reported|Apparent|Refined|Metal|Primary)(?<unit>pct|kt|kg|t)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
        private static partial Regex Glued();
    }
}
