namespace Chokepoint.RiskScoring.Supply;

/// <summary>
/// The importing economies that are scored: the G20, the EU and its larger members, and those whose industry or output a mineral's trade
/// turns on. Any other economy can still be a supplier or an issuer.
/// </summary>
internal static class ScoredEconomies
{
    public static IReadOnlyList<string> All { get; } =
    [
        "USA", "EU27", "JPN", "KOR", "CHN", "COD",
        "ARE", "ARG", "AUS", "BGD", "BRA", "CAN", "CHE", "CHL", "COL", "EGY", "GBR", "IDN", "IND", "ISR", "KAZ", "MAR", "MEX", "MYS",
        "NGA", "NOR", "NZL", "PAK", "PER", "PHL", "RUS", "SAU", "SGP", "THA", "TUR", "TWN", "UKR", "VNM", "ZAF",
        "AUT", "BEL", "CZE", "DEU", "ESP", "FIN", "FRA", "ITA", "NLD", "POL", "SWE",
    ];

    private static readonly Dictionary<string, int> Ranks = All.Index().ToDictionary(e => e.Item, e => e.Index, StringComparer.Ordinal);

    public static bool Contains(string economy) => Ranks.ContainsKey(economy);

    /// <summary>
    /// The one order in which pairs are locked and scored, so that no two transactions wait for each other crosswise; the largest importers
    /// come first.
    /// </summary>
    public static IReadOnlyList<(string Economy, string Mineral)> InOrder(IEnumerable<(string Economy, string Mineral)> pairs) =>
        [.. pairs.OrderBy(p => Ranks[p.Economy]).ThenBy(p => p.Mineral, StringComparer.Ordinal)];
}
