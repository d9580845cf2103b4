using System.Text.RegularExpressions;

namespace Chokepoint.Reference.Importing;

/// <summary>The Commission's names of materials as slugs, of a mineral or of a group.</summary>
internal static partial class EuMaterials
{
    public const string Source = "European Commission, Study on the Critical Raw Materials for the EU 2023";
    public const string Vintage = "2023";

    /// <summary>The last year of the study's averages (2016 to 2020).</summary>
    public const int Year = 2020;

    private static readonly Dictionary<string, string> Names = Table
        .Read("eu_materials.csv", row => (row.Text("name"), row.Text("mineral"))).ToDictionary(p => p.Item1, p => p.Item2, StringComparer.OrdinalIgnoreCase);

    public static bool TryResolve(string name, out string mineral)
    {
        mineral = Names.GetValueOrDefault(name) ?? Spaces().Replace(name.Trim().ToLowerInvariant(), "-");
        return Minerals.TryGet(mineral, out _) || Minerals.Groups.Contains(mineral, StringComparer.Ordinal);
    }

    [GeneratedRegex("\\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Spaces();
}
