using System.Text.RegularExpressions;
using Chokepoint.MarketPrices.Domain;
using Chokepoint.Reference;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>What the sources call the minerals and the units, in the platform's words.</summary>
internal static partial class SourceSeries
{
    private static readonly Dictionary<string, string> Names = Minerals.All.ToDictionary(m => m.Name, m => m.Slug, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Aluminum"] = "aluminium", ["Barite"] = "baryte", ["Cesium"] = "caesium", ["Graphite (Natural)"] = "natural-graphite",
        ["Niobium (Columbium)"] = "niobium", ["Silicon"] = "silicon-metal", ["Sulfur"] = "sulphur", ["Magnesium Metal"] = "magnesium",
        ["Titanium sponge metal"] = "titanium-metal", ["China import Iron Ore Fines 62% FE spot (CFR Tianjin port)"] = "iron-ore",
        ["Potassium chloride"] = "potash", ["Potassium Chloride (Muriate of Potash) Standard Grade: FOB Vancouver Spot Price"] = "potash",
        ["Rubber"] = "natural-rubber", ["Lithium Metal"] = "lithium", ["Manganese Electro CIF NWE"] = "manganese", ["Silicon Lumps CIF NWE"] = "silicon-metal",
        ["Vanadium Pentoxide CIF NWE"] = "vanadium", ["Talc And Pyrophyllite"] = "talc", ["Sand And Gravel (Industrial)"] = "silica-sand",
        ["Titanium Mineral Concentrates"] = "titanium",
        ["Zirconium And Hafnium"] = "zirconium", // under which USGS prices zircon; each metal has a heading of its own
    };

    /// <summary>The mineral that a source's heading is about: its whole text, or its first words up to a comma, sign or number.</summary>
    public static string? MineralOf(string heading)
    {
        var whole = heading.TrimEnd('*', ' ');
        foreach (var name in (string[])[whole, BeforeComma().Match(whole).Value.Trim(), FirstWords().Match(whole).Value.Trim()])
        {
            if (Names.TryGetValue(name, out var slug) || Aliases.TryGetValue(name, out slug)) return slug;
        }
        return null;
    }

    /// <summary>
    /// The mineral of a price under a heading that is none (<c>Clays</c>): what stands last in its text, where that is a mineral's name and
    /// nothing more. A price of neodymium-praseodymium oxide is of neither.
    /// </summary>
    public static string? MineralAtEndOf(string text) => Names.GetValueOrDefault(text[(text.LastIndexOf(':') + 1)..].Trim());

    /// <summary>
    /// A unit as a source words it (<c>($/troy oz)</c>, <c>US$ per metric ton</c>, <c>cents per pound</c>): the quantity, and what its
    /// figure is multiplied by to be dollars. Null when the words name no unit known.
    /// </summary>
    public static (string Unit, double Scale)? UnitOf(string words)
    {
        if (Unit().Match(words) is not { Success: true } match) return null;
        var unit = match.Groups["of"].Value.ToLowerInvariant() switch
        {
            "mt" or "metric ton" or "metric tonne" or "ton" or "t" => "t",
            "kg" or "kilogram" => "kg",
            "lb" or "pound" => "lb",
            "troy oz" or "troy ounce" => "ozt",
            "dmtu" or "dry metric ton unit" => "dmtu",
            "metric ton unit" => "mtu", // a hundredth of a ton of content
            "short ton" => "st",
            "gram" => "g",
            _ => null,
        };
        return unit is null ? null : (unit, match.Groups["cents"].Success ? 0.01 : 1);
    }

    [GeneratedRegex("^[^,]+", RegexOptions.None, 1000)]
    private static partial Regex BeforeComma();

    [GeneratedRegex("^[A-Za-z ]+", RegexOptions.None, 1000)]
    private static partial Regex FirstWords();

    [GeneratedRegex(
        @"((?<cents>cents)|\$|dollars|USD)\s*(per|/)\s*(?<of>metric tonne|metric ton unit|metric ton|dry metric ton unit|short ton|troy ounce|troy oz|kilogram|gram|pound|dmtu|ton|mt|kg|lb|t)\b",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Unit();
}
