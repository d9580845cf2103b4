namespace Chokepoint.Reference.Importing;

/// <summary>
/// Units as USGS writes them in headers, in words, and where a release's header is known to be wrong (<c>usgs_errata.csv</c>: kilograms under
/// a header of grams, thousands of tons under tons).
/// </summary>
internal static class UsgsUnits
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["t"] = "metric tons",
        ["kt"] = "thousand metric tons",
        ["mt"] = "million metric tons",
        ["mmt"] = "million metric tons",
        ["kg"] = "kilograms",
        ["g"] = "grams",
        ["mcm"] = "million cubic meters",
        ["mct"] = "million carats",
        ["kct"] = "thousand carats",
        ["mdol"] = "million dollars",
        ["pct"] = "percent",
        ["ct"] = "percent",
    };

    private static readonly Dictionary<(string Edition, string Commodity, string Column), string> Errata = Table
        .Read("usgs_errata.csv", row => ((row.Text("edition"), row.Text("commodity"), row.Text("column")), row.Text("unit")))
        .ToDictionary(p => p.Item1, p => p.Item2);

    public static string? InWords(string abbreviation) => Words.GetValueOrDefault(abbreviation);

    /// <summary>The unit and, where the header was wrong, a remark that says so.</summary>
    public static (string Unit, string Remark) Corrected(McsEdition edition, string commodity, string column, string unit) =>
        Errata.TryGetValue((edition.Vintage, commodity, column), out var right) && right != unit
            ? (right, $"The release says {(unit.Length == 0 ? "no unit" : unit)}") : (unit, "");
}
