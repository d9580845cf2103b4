using System.Text.RegularExpressions;
using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Feeds.Text;

/// <summary>A notice that a text names by the issuer's own number, in the form in which the registry has it.</summary>
/// <param name="Issuer">Null where the words leave it to whoever the document is about.</param>
internal sealed record NoticeMention(string? Issuer, string Number, int At, int Length, string Rule);

/// <summary>Finds notices by their numbers: 2024-46 and GACC 2024-46 (announcements), 2024-12345 (Federal Register), 2024/1851 (regulations).</summary>
internal static partial class NoticeNumbers
{
    /// <summary>Within how many characters of a number the name of a body says whose it is.</summary>
    private const int Nearby = 80;

    /// <summary>In the order in which they stand; a list of numbers gives one mention each.</summary>
    public static IReadOnlyList<NoticeMention> Find(string text)
    {
        var found = new List<NoticeMention>();
        foreach (Match match in Announcement().Matches(text))
        {
            // A Chinese body's name says whose number it is; without one it is left to whoever the document is about.
            var series = ChineseSeries.Around(
                text[Math.Max(0, match.Index - Nearby)..match.Index], match.Groups["kind"].Value,
                text[(match.Index + match.Length)..Math.Min(text.Length, match.Index + match.Length + Nearby)]);
            foreach (Capture number in match.Groups["no"].Captures)
                found.Add(new NoticeMention(
                    series is null ? null : "CHN", (series ?? ChineseSeries.Default).Number(match.Groups["year"].Value, number.Value),
                    match.Index, match.Length, "an announcement by its number and year"));
        }
        foreach (Match match in FederalDocument().Matches(text))
            found.Add(new NoticeMention("USA", match.Groups["no"].Value, match.Index, match.Length, "a document number of the US Federal Register"));
        foreach (Match match in Regulation().Matches(text))
            found.Add(new NoticeMention("EU27", match.Groups["no"].Value, match.Index, match.Length, "a regulation by its number"));
        return [.. found.OrderBy(m => m.At)];
    }

    /// <summary>Where a rule is cited by volume and page alone, which does not tell its number.</summary>
    public static string? CitedByPage(string text) => Page().Match(text) is { Success: true } match ? match.Value : null;

    [GeneratedRegex(
        @"\b(?<kind>Announcements?|Notices?|Orders?|Decrees?)\s*(?:Nos?\.?|Numbers?|\[?)\s*(?<no>\d{1,4})\]?(?:(?:\s*,\s*|\s*,?\s+and\s+)(?:No\.?\s*)?(?<no>\d{1,4})(?!\d))*\s*(?:of|,|\()\s*(?<year>20\d{2})"
        + @"|\b(?<kind>Announcement|Notice|Order|Decree)\s*(?:No\.?\s*)?\[?(?<year>20\d{2})\]?\s*(?:No\.?|-)\s*(?<no>\d{1,4})\b"
        + @"|(?<year>\d{4})年第(?<no>\d+)号(?:(?:、|，|和|及)第?(?<no>\d+)号)*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Announcement();

    [GeneratedRegex(@"federalregister\.gov/(?:d|documents/\d{4}/\d{2}/\d{2})/(?<no>\d{4}-\d{4,6})|\b(?:FR Doc\.?|document (?:number|no\.?))\s*(?<no>\d{4}-\d{4,6})",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FederalDocument();

    [GeneratedRegex(@"\bRegulation \(EU\)\s*(?:No\.?\s*)?(?<no>\d{4}/\d{1,4})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Regulation();

    [GeneratedRegex(@"\b\d{2,3} FR \d{3,6}\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Page();
}
