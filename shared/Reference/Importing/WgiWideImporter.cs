using System.Globalization;

namespace Chokepoint.Reference.Importing;

/// <summary>
/// World Bank Worldwide Governance Indicators, the older wide workbook: a sheet per indicator, a row per economy, six columns per year
/// (Estimate, StdErr, NumSrc, Rank, Lower, Upper) under a line with the years.
/// </summary>
internal sealed class WgiWideImporter : IFigureImporter
{
    private static readonly (string Word, string Indicator)[] Sheets =
    [
        ("voice", "va"), ("stability", "pv"), ("effectiveness", "ge"), ("quality", "rq"), ("law", "rl"), ("corruption", "cc"),
    ];

    public string Name => "wgi-wide";

    public string Describes => "World Bank Worldwide Governance Indicators, older workbook with a sheet per indicator";

    public FigureImport Import(Stream file, string fileName)
    {
        var gathered = new ImportRows();
        var estimates = new List<GovernanceEstimate>();
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, lines) in SourceWorkbook.Sheets(file))
        {
            if (Array.Find(Sheets, s => name.Contains(s.Word, StringComparison.OrdinalIgnoreCase)).Indicator is not { } indicator) continue;
            if (!ReadSheet(name, indicator, lines, estimates, gathered)) return FigureImport.Refuse($"The sheet {name} has no line of years above a line with Code and Estimate.");
            found.Add(indicator);
        }

        if (found.Count < Sheets.Length)
            return FigureImport.Refuse($"The workbook has no sheet for {string.Join(", ", Sheets.Select(s => s.Indicator).Where(i => !found.Contains(i)))}.");
        GovernanceMeans.Add(estimates, gathered);
        return gathered.Done();
    }

    private static bool ReadSheet(string sheet, string indicator, IReadOnlyList<SourceRow> lines, List<GovernanceEstimate> estimates, ImportRows gathered)
    {
        var at = lines.ToList().FindIndex(l => l.Cells.Contains("Code", StringComparer.OrdinalIgnoreCase) && l.Cells.Contains("Estimate", StringComparer.OrdinalIgnoreCase));
        if (at < 1) return false;
        var code = lines[at].Cells.ToList().FindIndex(c => c.Equals("Code", StringComparison.OrdinalIgnoreCase));
        var years = Enumerable.Range(0, lines[at].Cells.Count).Where(i => lines[at].Cells[i] == "Estimate")
            .Select(i => (Column: i, Year: YearAbove(lines[at - 1], i))).ToList();
        if (years.Exists(y => y.Year is null)) return false;
        foreach (var line in lines.Skip(at + 1).Where(l => l.Cell(code).Length > 0))
        {
            if (GovernanceMeans.CodeOf(line.Cell(code)) is not { } economy)
            {
                gathered.Reject(line.Line, $"{sheet}: \"{line.Cell(code)}\" is no economy.");
                continue;
            }

            foreach (var (column, year) in years)
            {
                var cell = line.Cell(column);
                if (cell is "" or ".." or "#N/A") gathered.Skip("estimates", "missing in the source");
                else if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var estimate) || Math.Abs(estimate) > GovernanceMeans.Widest)
                    gathered.Reject(line.Line, $"{sheet}: \"{cell}\" is no governance estimate.");
                else estimates.Add(new GovernanceEstimate(line.Line, economy, year!.Value, indicator, estimate));
            }
        }

        return true;
    }

    /// <summary>The year stands once above its six columns, so it is the nearest to the left.</summary>
    private static int? YearAbove(SourceRow line, int column)
    {
        for (var i = column; i >= 0; i--)
        {
            if (int.TryParse(line.Cell(i), NumberStyles.None, CultureInfo.InvariantCulture, out var year)) return year;
        }

        return null;
    }
}
