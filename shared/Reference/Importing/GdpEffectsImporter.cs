namespace Chokepoint.Reference.Importing;

/// <summary>
/// USGS Open-File Report 2025-1047: decrease of United States GDP by one-year trade disruptions, million USD, per mineral, without and with the
/// scenarios' probabilities.
/// </summary>
internal sealed class GdpEffectsImporter : IFigureImporter
{
    private const string Unweighted = "unweighted_scenario_net_US_GDP_decrease_musd";
    private const string Weighted = "probability_weighted_net_US_GDP_decrease_musd";

    public string Name => "usgs-gdp-effects";

    public string Describes => "USGS Open-File Report 2025-1047: effects of trade disruptions on United States GDP";

    public FigureImport Import(Stream file, string fileName)
    {
        var table = SourceTable.Read(file);
        if (table.Missing("mineral", Unweighted, Weighted) is { } missing) return FigureImport.Refuse(missing);
        var gathered = new ImportRows();
        foreach (var row in table.Rows)
        {
            var name = table.Cell(row, "mineral");
            if (!TryMineral(name, out var mineral))
            {
                gathered.Skip(name, "no mineral of the platform");
                continue;
            }

            Add(table, row, Weighted, null, mineral, gathered);
            Add(table, row, Unweighted, "unweighted", mineral, gathered);
        }

        return gathered.Done();
    }

    private static void Add(SourceTable table, SourceRow row, string column, string? form, string mineral, ImportRows gathered)
    {
        var cell = table.Cell(row, column);
        if (cell.Length == 0) return;
        if (StatedNumber.Parse(cell) is not { Value: { } value, Operator: null }) gathered.Reject(row.Line, $"{column} \"{cell}\" is no amount.");
        else
        {
            gathered.Add(new Figure(
                FigureKind.GdpEffect, mineral, null, form, "USA", null, value, null, null, "million USD", null, 2025, "2025",
                "USGS Open-File Report 2025-1047", form is null ? "Probability-weighted" : null));
        }
    }

    /// <summary>The report says Aluminum, Barite, Graphite, Silicon, Phosphates, Cesium.</summary>
    private static bool TryMineral(string name, out string mineral)
    {
        mineral = name.ToLowerInvariant() switch
        {
            "aluminum" => "aluminium",
            "barite" => "baryte",
            "graphite" => "natural-graphite",
            "silicon" => "silicon-metal",
            "phosphates" => "phosphate-rock",
            "cesium" => "caesium",
            var other => other,
        };
        return Minerals.TryGet(mineral, out _);
    }
}
