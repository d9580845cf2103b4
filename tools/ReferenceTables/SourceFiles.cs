using Chokepoint.Reference.Importing;

namespace Chokepoint.ReferenceTables;

internal sealed record SourceFile(string Path, IFigureImporter Importer);

/// <summary>Which publisher's file is where under the given folder, and what reads it.</summary>
internal static class SourceFiles
{
    public static IEnumerable<SourceFile> In(string material)
    {
        foreach (var year in Directory.EnumerateDirectories(Path.Combine(material, "data/usgs_mcs")).Order(StringComparer.Ordinal))
        {
            foreach (var path in Directory.EnumerateFiles(year, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                if (Importer(Path.GetFileName(path)) is { } importer) yield return Of("", path, importer);
            }
        }

        yield return Of(material, "data/governance/wgidataset_2024update_long.xlsx", "wgi-long");
        yield return Of(material, "reference/eu2023_global_supply_shares_t.csv", "eu-global-supply");
        yield return Of(material, "reference/eu2023_eu_sourcing_shares_t.csv", "eu-sourcing");
        yield return Of(material, "reference/eu2023_parameters.csv", "eu-parameters");
        yield return Of(material, "reference/wgi2019_mean_scaled.csv", "governance-means-2019");
        yield return Of(material, "reference/usgs_ofr2025_1047_gdp_effects.csv", "usgs-gdp-effects");
    }

    private static string? Importer(string fileName) => fileName switch
    {
        _ when fileName.EndsWith("_world.csv", StringComparison.OrdinalIgnoreCase) => "usgs-mcs-world",
        _ when fileName.EndsWith("World_Data.csv", StringComparison.OrdinalIgnoreCase) => "usgs-mcs-world",
        _ when fileName.EndsWith("_salient.csv", StringComparison.Ordinal) => "usgs-mcs-salient",
        _ when fileName.EndsWith("_salient.xlsx", StringComparison.Ordinal) => "usgs-mcs-salient",
        _ when fileName.EndsWith("_Fig2_Net_Import_Reliance.csv", StringComparison.OrdinalIgnoreCase) => "usgs-mcs-reliance",
        _ when fileName.EndsWith("_Commodities_Data.csv", StringComparison.OrdinalIgnoreCase) => "usgs-mcs-long",
        _ => null,
    };

    private static SourceFile Of(string material, string path, string importer) =>
        new(Path.Combine(material, path), FigureImporters.Find(importer) ?? throw new InvalidOperationException($"There is no importer {importer}."));
}
