using Chokepoint.Reference.Importing;

namespace Chokepoint.ReferenceTables;

internal sealed record SourceFile(string Path, IFigureImporter Importer);

/// <summary>Which publisher's file is where under the given folder, and what reads it.</summary>
internal static class SourceFiles
{
    public static IEnumerable<SourceFile> In(string material)
    {
        yield return Of(material, "data/usgs_mcs/2026/MCS2026_Commodities_Data.csv", "usgs-mcs-long");
        yield return Of(material, "reference/eu2023_global_supply_shares_t.csv", "eu-global-supply");
        yield return Of(material, "reference/eu2023_eu_sourcing_shares_t.csv", "eu-sourcing");
        yield return Of(material, "reference/eu2023_parameters.csv", "eu-parameters");
        yield return Of(material, "reference/wgi2019_mean_scaled.csv", "governance-means-2019");
        yield return Of(material, "reference/usgs_ofr2025_1047_gdp_effects.csv", "usgs-gdp-effects");
    }

    private static SourceFile Of(string material, string path, string importer) =>
        new(Path.Combine(material, path), FigureImporters.Find(importer) ?? throw new InvalidOperationException($"There is no importer {importer}."));
}
