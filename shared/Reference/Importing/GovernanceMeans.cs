using System.Globalization;

namespace Chokepoint.Reference.Importing;

internal sealed record GovernanceEstimate(int Line, string Economy, int Year, string Indicator, double Estimate);

/// <summary>The six governance estimates of an economy and year as one figure on the EU's scale, 0 best to 10 worst.</summary>
internal static class GovernanceMeans
{
    /// <summary>Estimates run from about −2.5 to 2.5; a few stand a little outside.</summary>
    public const double Widest = 3.5;

    /// <summary>Years before are of no use to a score, nor to a replay of it: the first control recorded with minerals' data is of 2014.</summary>
    private const int FirstYear = 2013;

    private static readonly string[] Indicators = ["va", "pv", "ge", "rq", "rl", "cc"];

    /// <summary>The World Bank's own codes where they are not ISO's.</summary>
    private static readonly Dictionary<string, string> Own = new(StringComparer.Ordinal)
    {
        ["ADO"] = "AND",
        ["KSV"] = "XKX",
        ["ROM"] = "ROU",
        ["TMP"] = "TLS",
        ["WBG"] = "PSE",
        ["ZAR"] = "COD",
    };

    public static string? CodeOf(string worldBank)
    {
        var code = Own.GetValueOrDefault(worldBank, worldBank);
        return Economies.TryGet(code, out _) ? code : null;
    }

    public static bool IsIndicator(string name) => Indicators.Contains(name, StringComparer.OrdinalIgnoreCase);

    public static void Add(List<GovernanceEstimate> estimates, ImportRows gathered)
    {
        if (estimates.Count == 0) return;
        var vintage = (estimates.Max(e => e.Year) + 1).ToString(CultureInfo.InvariantCulture);
        foreach (var year in estimates.Where(e => e.Year >= FirstYear).GroupBy(e => (e.Economy, e.Year)))
        {
            if (year.DistinctBy(e => e.Indicator, StringComparer.Ordinal).Count() < year.Count())
            {
                gathered.Reject(year.Max(e => e.Line), $"{year.Key.Economy} has an indicator of {year.Key.Year} twice.");
                continue;
            }

            var scaled = Math.Clamp(2 * (2.5 - year.Average(e => e.Estimate)), 0, 10);
            gathered.Add(new Figure(
                FigureKind.Governance, null, null, null, year.Key.Economy, null, Math.Round(scaled, 4), null, null, "0-10", null, year.Key.Year, vintage,
                $"World Bank Worldwide Governance Indicators, {vintage} update", year.Count() < Indicators.Length ? $"Mean of {year.Count()} estimates" : null));
        }
    }
}
