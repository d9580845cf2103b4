using System.Text.RegularExpressions;
using Chokepoint.Reference;

namespace Chokepoint.ExportControls.Domain;

/// <summary>
/// Which notice a number names, however it is spelled: <c>MOFCOM Announcement No. 46 of 2024</c>, <c>商务部公告2024年第46号</c> and
/// <c>2024-46</c> are one notice of China, <c>FR 2025-19813</c> and <c>2025-19813</c> one of the United States.
/// </summary>
/// <param name="Issuer">ISO 3166-1 alpha-3, or <c>EU27</c>: numbers are each issuer's own.</param>
/// <param name="Number">As the registry writes it; what is not a spelling known here in capitals, with plain dashes, widths and spaces.</param>
internal sealed partial record NoticeKey(string Issuer, string Number)
{
    /// <param name="authority">Who signed it, which tells the series where the number does not. Null, as in an action's target: the usual one.</param>
    public static NoticeKey Of(string issuer, string number, string? authority = null)
    {
        var text = Plain(number);
        var read = issuer switch
        {
            "CHN" => Chinese(text, authority is null ? null : Plain(authority)),
            "USA" => Federal().Match(text) is { Success: true } match ? match.Groups["no"].Value : null,
            Economies.EuropeanUnion => Regulation().Match(text) is { Success: true } match ? match.Groups["no"].Value : null,
            _ => null,
        };
        return new NoticeKey(issuer, read ?? text.ToUpperInvariant());
    }

    public static NoticeKey Of(NoticeDocument notice) => Of(notice.Issuer, notice.DocumentNumber, notice.Authority);

    private static string? Chinese(string text, string? authority)
    {
        foreach (var form in new[] { YearFirst(), NumberFirst() })
        {
            if (form.Match(text) is not { Success: true } match) continue;
            var series = ChineseSeries.Of($"{match.Groups["who"].Value.Trim()} {match.Groups["after"].Value}".Trim(), match.Groups["kind"].Value, authority);
            return series?.Number(match.Groups["year"].Value, match.Groups["no"].Value);
        }
        return null;
    }

    /// <summary>Full width to half, any dash to a hyphen, any stretch of blanks to one space.</summary>
    private static string Plain(string text) => Blanks().Replace(Dashes().Replace(string.Create(text.Length, text, HalfWidth), "-"), " ").Trim();

    /// <summary>Each form of full width (U+FF01 to U+FF5E) as its ASCII; string.Normalize leaves them where globalization is invariant.</summary>
    private static void HalfWidth(Span<char> half, string text)
    {
        for (var i = 0; i < text.Length; i++) half[i] = text[i] is >= '\uFF01' and <= '\uFF5E' ? (char)(text[i] - 0xFEE0) : text[i];
    }

    /// <summary>2024-46, 商务部公告2024年第46号, 商务部2024年第46号公告, 商务部公告〔2024〕46号, MOFCOM 2024 No. 46, Announcement [2024] No. 46.</summary>
    [GeneratedRegex(
        @"^(?<who>.*?)\s*(?<kind>公告|令|通告|Announcement|Notice|Order|Decree|Circular)?\s*(?:第\s*)?[\[(〔【]?(?<year>(?:19|20)\d{2})[\])〕】]?\s*"
        + @"(?:年\s*(?:第\s*)?|-\s*|,?\s*No\.?\s*|第\s*|(?<=[\])〕】]\s*))(?<no>0*[1-9]\d{0,3})\s*号?\s*(?<kind>公告|令|通告)?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex YearFirst();

    /// <summary>Announcement No. 46 of 2024, MOFCOM No. 46 (2024), Announcement No. 46 of 2024 of the Ministry of Commerce.</summary>
    [GeneratedRegex(
        @"^(?<who>.*?)\s*(?<kind>Announcement|Notice|Order|Decree|Circular)?\s*(?:No\.?|Number)\s*(?<no>0*[1-9]\d{0,3})\s*(?:of\s|,|\(|/)\s*(?<year>(?:19|20)\d{2})\)?"
        + @"(?:,?\s+(?:of|by)\s+(?<after>.+))?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NumberFirst();

    [GeneratedRegex(
        @"^(?:(?:Federal Register|FR|US FR)\s*)?(?:Doc(?:ument|\.)?\s*)?(?:No\.?|Number)?\s*(?<no>(?:19|20)\d{2}-\d{4,6})$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Federal();

    [GeneratedRegex(
        @"^(?:(?:Council|Commission)\s+)?(?:(?:Implementing|Delegated)\s+)?(?:Regulation\s*)?(?:\(EU\)|EU)?\s*(?:No\.?\s*)?(?<no>20\d{2}/\d{1,4})$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Regulation();

    [GeneratedRegex(@"\p{Pd}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Dashes();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();
}
