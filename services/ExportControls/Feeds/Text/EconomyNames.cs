using System.Text.RegularExpressions;
using Chokepoint.Reference;

namespace Chokepoint.ExportControls.Feeds.Text;

/// <summary>Economies by the names that documents give them, and whom a text says that goods may not, or not freely, go to.</summary>
internal static class EconomyNames
{
    private static readonly (string Name, string Code)[] OtherNames =
    [
        ("People's Republic of China", "CHN"), ("PRC", "CHN"), ("Mainland China", "CHN"), ("Russian Federation", "RUS"), ("Republic of Korea", "KOR"),
        ("Korea", "KOR"), ("Korea, Republic of", "KOR"), ("DR Congo", "COD"), ("Democratic Republic of the Congo", "COD"), ("DRC", "COD"),
        ("EU", "EU27"), ("United States of America", "USA"), ("U.S.", "USA"), ("UK", "GBR"), ("Turkey", "TUR"), ("Türkiye", "TUR"), ("Viet Nam", "VNM"),
        ("Chinese Taipei", "TWN"), ("Macau", "MAC"), ("Burma", "MMR"), ("Republic of the Congo", "COG"), ("Congo", "COG"),
        ("美国", "USA"), ("日本", "JPN"), ("韩国", "KOR"), ("欧盟", "EU27"), ("台湾", "TWN"), ("中国", "CHN"),
    ];

    private static readonly Dictionary<string, string> CodeOf = Economies.All.Select(e => (e.Name, e.Code)).Concat(OtherNames)
        .GroupBy(n => n.Item1, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.Last().Item2, StringComparer.OrdinalIgnoreCase);

    private static readonly string Name = string.Join('|', CodeOf.Keys.OrderByDescending(n => n.Length).ThenBy(n => n, StringComparer.Ordinal).Select(Regex.Escape));

    /// <summary>A sentence about exports, and in it “to X”, “against X and Y”, “对X”.</summary>
    private static readonly Regex To = Of(
        $@"(?:\b(?:re)?exports?\b|\breexport|\bship(?:ment)?s?\b|\btransfers?\b|\bsanctions\b|\bdestined\b|出口)[^.;。]{{0,120}}?\b(?:to|against|destined for)\s+(?:the\s+)?(?<name>{Name})(?!\w)(?:(?:\s*,\s*|\s*,?\s+(?:and|or)\s+)(?:the\s+)?(?<name>{Name})(?!\w))*|(?:对|向)(?<name>{Name})");

    private static readonly Regex Except = Of(
        $@"\ball destinations\b[^.;]{{0,20}}\b(?:except|excluding|other than)(?:\s+for)?\s+(?:the\s+)?(?<name>{Name})(?!\w)(?:(?:\s*,\s*|\s*,?\s+(?:and|or)\s+)(?:the\s+)?(?<name>{Name})(?!\w))*");

    /// <summary>The economy a source calls so; null when none is known by that name.</summary>
    public static string? Code(string name) =>
        CodeOf.TryGetValue(name.Trim(), out var code) ? code : Economies.TryGet(name.Trim(), out _) ? name.Trim() : null;

    public static IReadOnlyList<Found<string>> Destinations(IEnumerable<SourceText> texts) => Find(To, texts, "goods going there are what the sentence is about");

    public static IReadOnlyList<Found<string>> Excluded(IEnumerable<SourceText> texts) => Find(Except, texts, "all destinations but this one");

    private static List<Found<string>> Find(Regex words, IEnumerable<SourceText> texts, string rule)
    {
        var found = new Dictionary<string, Found<string>>(StringComparer.Ordinal);
        foreach (var text in texts)
            foreach (Match match in words.Matches(text.Text))
                foreach (Capture name in match.Groups["name"].Captures)
                    found.TryAdd(CodeOf[name.Value], text.Find(CodeOf[name.Value], match.Index, match.Length, rule));
        return [.. found.Values];
    }

    private static Regex Of(string words) => new(words, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}
