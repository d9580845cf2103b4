using System.Text.RegularExpressions;
using Chokepoint.Contracts;

namespace Chokepoint.Reference.Importing;

/// <summary>Which mineral, stage and form a USGS series is about.</summary>
/// <param name="Form">Null for the series that stands for the stage.</param>
internal sealed record SeriesTarget(string Mineral, Stage? Stage, string? Form);

/// <summary>
/// The map from USGS's commodity and statistics names to minerals and stages: mine is extraction; smelter, refinery, primary and sponge are
/// processing (<c>usgs_series.csv</c>). The first line whose words the detail contains (or is, with <c>=</c>) decides; one series may stand for two minerals
/// (bauxite is aluminium's extraction too).
/// </summary>
internal static partial class UsgsSeries
{
    private static readonly Dictionary<string, string> Commodities = Table
        .Read("usgs_commodities.csv", row => (row.Text("name"), row.Text("commodity"))).ToDictionary(p => p.Item1, p => p.Item2, StringComparer.Ordinal);

    private static readonly ILookup<(string Table, string Commodity), (string Detail, string Mineral, Stage? Stage, string Form)> Lines = Table
        .Read("usgs_series.csv", row => (Table: row.Text("table"), Commodity: row.Text("commodity"), Detail: row.Text("detail"), Mineral: row.Text("mineral"),
            Stage: row.TextOrNull("stage") is { } stage ? FigureTable.StageNamed(stage) : (Stage?)null, Form: row.Text("form")))
        .ToLookup(l => (l.Table, l.Commodity), l => (l.Detail, l.Mineral, l.Stage, l.Form));

    /// <summary>USGS's own name in one spelling, from any of its spellings, or the short name in a file's name.</summary>
    public static string Commodity(string name)
    {
        var plain = Spaces().Replace(name.Trim().ToLowerInvariant().Replace('—', '-'), " ");
        return Commodities.GetValueOrDefault(plain, plain);
    }

    /// <summary>Empty where the platform does not follow the series.</summary>
    public static IReadOnlyList<SeriesTarget> Find(string table, string commodity, string detail)
    {
        var plain = detail.ToLowerInvariant();
        var lines = Lines[(table, commodity)].Where(l => Says(plain, l.Detail)).ToList();
        return [.. lines
            .Where(l => l.Detail == lines[0].Detail && l.Mineral.Length > 0)
            .Select(l => new SeriesTarget(l.Mineral, l.Stage, l.Form is { Length: > 0 } form ? form : null))];
    }

    private static bool Says(string detail, string words) =>
        words.StartsWith('=') ? detail.AsSpan().SequenceEqual(words.AsSpan(1)) : detail.Contains(words, StringComparison.Ordinal);

    [GeneratedRegex("\\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Spaces();
}
