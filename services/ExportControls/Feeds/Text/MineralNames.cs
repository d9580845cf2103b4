using System.Text.RegularExpressions;
using Chokepoint.Reference;

namespace Chokepoint.ExportControls.Feeds.Text;

/// <summary>Finds minerals by their names, in English and Chinese.</summary>
internal static class MineralNames
{
    /// <summary>Names of materials that are everyday words too: they count next to a word that says what is meant.</summary>
    private static readonly string[] Ambiguous = ["aggregates", "gold", "hydrogen", "lead", "lime", "neon", "silver", "tin"];

    /// <summary>Not traded as minerals: their names in a text say little about one.</summary>
    private static readonly string[] LeftOut = ["aluminium", "natural-cork", "natural-rubber", "natural-teak-wood", "roundwood", "sapele-wood", "superhard-materials", "talc"];

    private static readonly (string Name, string Slug)[] OtherNames =
    [
        ("aluminium", "aluminium"), ("aluminum", "aluminium"), ("barite", "baryte"), ("cesium", "caesium"), ("fluorite", "fluorspar"),
        ("synthetic graphite", "artificial-graphite"), ("artificial graphite", "artificial-graphite"), ("graphite", "natural-graphite"),
        ("rare earth", "rare-earths"), ("rare earths", "rare-earths"), ("rare-earth", "rare-earths"), ("heavy rare earths", "heavy-rare-earths"),
        ("light rare earths", "light-rare-earths"), ("platinum group metals", "platinum-group-metals"), ("platinum-group metals", "platinum-group-metals"),
        ("wolfram", "tungsten"), ("columbium", "niobium"), ("silicon metal", "silicon-metal"), ("phosphate rock", "phosphate-rock"),
        ("superhard materials", "superhard-materials"), ("super-hard materials", "superhard-materials"), ("talc", "talc"),
    ];

    private static readonly (string Name, string Slug)[] ChineseNames =
    [
        ("镓", "gallium"), ("锗", "germanium"), ("锑", "antimony"), ("钨", "tungsten"), ("碲", "tellurium"), ("铋", "bismuth"), ("钼", "molybdenum"),
        ("铟", "indium"), ("石墨", "natural-graphite"), ("稀土", "rare-earths"), ("钐", "samarium"), ("钆", "gadolinium"), ("铽", "terbium"),
        ("镝", "dysprosium"), ("镥", "lutetium"), ("钪", "scandium"), ("钇", "yttrium"), ("钬", "holmium"), ("铒", "erbium"), ("铥", "thulium"),
        ("铕", "europium"), ("镱", "ytterbium"), ("锂", "lithium"), ("钴", "cobalt"), ("超硬材料", "superhard-materials"),
    ];

    private static readonly Dictionary<string, string> SlugOf = Names();

    private static readonly Regex Any = new(
        $"""
        \b(?<name>{Alternatives(SlugOf.Keys.Where(name => name[0] < 128))})\b|(?<name>{Alternatives(ChineseNames.Select(n => n.Name))})
        """.Trim(), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    private static readonly Regex SaysMetal = new(
        @"^\W{0,2}(ores?|metals?|concentrates?|ingots?|alloys?|oxides?|scrap|powders?|gas|exports?|mines?|mining|smelting)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    /// <summary>Each mineral or group once, with the first words that name it.</summary>
    public static IReadOnlyList<Found<string>> Find(IEnumerable<SourceText> texts)
    {
        var found = new Dictionary<string, Found<string>>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (Match match in Any.Matches(text.Text))
            {
                var slug = SlugOf[match.Groups["name"].Value.ToLowerInvariant()];
                if (Ambiguous.Contains(slug, StringComparer.Ordinal) && !SaysMetal.IsMatch(text.Text[(match.Index + match.Length)..])) continue;
                var rule = match.Value.Equals("graphite", StringComparison.OrdinalIgnoreCase) || match.Value is "石墨"
                    ? "graphite without another word is taken as natural graphite" : null;
                found.TryAdd(slug, text.Find(slug, match.Index, match.Length, rule));
            }
        }
        return [.. found.Values];
    }

    private static Dictionary<string, string> Names()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var mineral in Minerals.All.Where(m => !LeftOut.Contains(m.Slug, StringComparer.Ordinal)))
            names[mineral.Name.ToLowerInvariant()] = mineral.Slug;
        foreach (var (name, slug) in OtherNames.Concat(ChineseNames)) names[name] = slug;
        return names;
    }

    /// <summary>The longest first, so that artificial graphite is not graphite.</summary>
    private static string Alternatives(IEnumerable<string> names) =>
        string.Join('|', names.OrderByDescending(n => n.Length).ThenBy(n => n, StringComparer.Ordinal).Select(Regex.Escape));
}
