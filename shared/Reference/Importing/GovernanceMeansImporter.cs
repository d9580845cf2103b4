using System.Globalization;

namespace Chokepoint.Reference.Importing;

/// <summary>
/// The 2019 means the Commission's 2023 assessment used: columns economy_lower, wgi2019_mean_of_available_six, scaled_0_10_EU, the last being
/// 2·(2.5 − mean), 0 best to 10 worst.
/// </summary>
internal sealed class GovernanceMeansImporter : IFigureImporter
{
    public string Name => "governance-means-2019";

    public string Describes => "Means of the Worldwide Governance Indicators 2019 as the European Commission's 2023 assessment used them";

    public FigureImport Import(Stream file, string fileName)
    {
        var table = SourceTable.Read(file);
        if (table.Missing("economy_lower", "wgi2019_mean_of_available_six", "scaled_0_10_EU") is { } missing) return FigureImport.Refuse(missing);
        var gathered = new ImportRows();
        foreach (var row in table.Rows)
        {
            var country = NamedCountry.Parse(table.Cell(row, "economy_lower"));
            if (country.As != NamedAs.Economy) gathered.Reject(row.Line, $"\"{table.Cell(row, "economy_lower")}\" is no economy.");
            else if (!double.TryParse(table.Cell(row, "scaled_0_10_EU"), NumberStyles.Float, CultureInfo.InvariantCulture, out var scaled) || scaled is < 0 or > 10)
                gathered.Reject(row.Line, $"\"{table.Cell(row, "scaled_0_10_EU")}\" is not between 0 and 10.");
            else
            {
                gathered.Add(new Figure(
                    FigureKind.Governance, null, null, null, country.Code, null, scaled, null, null, "0-10", null, 2019, EuMaterials.Vintage,
                    "World Bank Worldwide Governance Indicators 2019, mean of the estimates available", null));
            }
        }

        return gathered.Done();
    }
}
