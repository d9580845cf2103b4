namespace Chokepoint.Reference;

/// <summary>That an industry needs a mineral, and who says so.</summary>
/// <param name="Application">What for, in the source's words.</param>
/// <param name="Stated">
/// The source names the sector; otherwise it names the application (permanent magnets), and that the sector lives on it is the platform's own
/// reading, to be shown as such.
/// </param>
public sealed record SectorUse(string Sector, string Mineral, string Application, bool Stated, string Source, string Vintage);

/// <summary>Which minerals an industry needs.</summary>
public static class Sectors
{
    public static IReadOnlyList<SectorUse> All { get; } = Table.Read("sectors.csv", row => new SectorUse(
        row.Text("sector"), row.Text("mineral"), row.Text("application"), row.Text("basis") == "stated", row.Text("source"), row.Text("vintage")));

    private static readonly ILookup<string, SectorUse> BySector = All.ToLookup(u => u.Sector, StringComparer.Ordinal);

    /// <summary>semiconductors, defence, electric-vehicles, wind, solar.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. BySector.Select(g => g.Key).Order(StringComparer.Ordinal)];

    public static IEnumerable<SectorUse> Of(string sector) => BySector[sector];
}
