using System.Globalization;

namespace Chokepoint.Reference.Importing;

/// <summary>
/// World Bank Worldwide Governance Indicators, long form: the 2024 update (code, year, indicator, estimate; <c>..</c> is missing) and the 2025
/// edition (Economy (code), Year, Governance dimension, Governance estimate). The estimates of a year are averaged and put on the EU's scale,
/// 2·(2.5 − mean). The edition is the year after the newest in the file, since the Bank recalculates all years with every edition.
/// </summary>
internal sealed class WgiLongImporter : IFigureImporter
{
    private static readonly string[][] Layouts =
    [
        ["code", "year", "indicator", "estimate"],
        ["Economy (code)", "Year", "Governance dimension", "Governance estimate (approx. -2.5 to +2.5)"],
    ];

    public string Name => "wgi-long";

    public string Describes => "World Bank Worldwide Governance Indicators, one row per economy, year and indicator (xlsx or csv)";

    public FigureImport Import(Stream file, string fileName)
    {
        var sheet = SourceWorkbook.FirstSheet(file);
        if (Array.Find(Layouts, columns => sheet.Missing(columns) is null) is not { } layout) return FigureImport.Refuse(sheet.Missing(Layouts[0])!);
        var gathered = new ImportRows();
        var estimates = new List<GovernanceEstimate>();
        foreach (var row in sheet.Rows)
        {
            var cell = sheet.Cell(row, layout[3]);
            if (cell is "" or "..") gathered.Skip("estimates", "missing in the source");
            else if (GovernanceMeans.CodeOf(sheet.Cell(row, layout[0])) is not { } code) gathered.Reject(row.Line, $"\"{sheet.Cell(row, layout[0])}\" is no economy.");
            else if (!int.TryParse(sheet.Cell(row, layout[1]), NumberStyles.None, CultureInfo.InvariantCulture, out var year)) gathered.Reject(row.Line, $"\"{sheet.Cell(row, layout[1])}\" is no year.");
            else if (!GovernanceMeans.IsIndicator(sheet.Cell(row, layout[2]))) gathered.Reject(row.Line, $"\"{sheet.Cell(row, layout[2])}\" is none of va, pv, ge, rq, rl, cc.");
            else if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var estimate) || Math.Abs(estimate) > GovernanceMeans.Widest)
                gathered.Reject(row.Line, $"\"{cell}\" is no governance estimate.");
            else estimates.Add(new GovernanceEstimate(row.Line, code, year, sheet.Cell(row, layout[2]).ToLowerInvariant(), estimate));
        }

        GovernanceMeans.Add(estimates, gathered);
        return gathered.Done();
    }
}
