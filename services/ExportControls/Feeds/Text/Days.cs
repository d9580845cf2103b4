using System.Globalization;
using System.Text.RegularExpressions;

namespace Chokepoint.ExportControls.Feeds.Text;

/// <summary>Days as documents write them.</summary>
internal static partial class Days
{
    /// <summary>A day as an interface writes it; null for anything else.</summary>
    public static DateOnly? Iso(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>From which day a measure acts, where a sentence says so.</summary>
    public static Found<DateOnly>? EffectiveFrom(IEnumerable<SourceText> texts) => Find(From(), texts, "it takes effect on that day");

    /// <summary>The last day, where a sentence says that it is the last.</summary>
    public static Found<DateOnly>? EffectiveUntil(IEnumerable<SourceText> texts) => Find(Until(), texts, "it ends with that day");

    private static Found<DateOnly>? Find(Regex words, IEnumerable<SourceText> texts, string rule)
    {
        foreach (var text in texts)
        {
            foreach (Match match in words.Matches(text.Text))
            {
                if (Parse(match) is { } day) return text.Find(day, match.Index, match.Length, rule);
            }
        }
        return null;
    }

    private static DateOnly? Parse(Match match) =>
        match.Groups["year"] is { Success: true } year
            ? Iso($"{year.Value}-{match.Groups["month"].Value.PadLeft(2, '0')}-{match.Groups["day"].Value.PadLeft(2, '0')}")
            : DateOnly.TryParseExact(match.Groups["date"].Value, ["MMMM d, yyyy", "d MMMM yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                ? day : null;

    private const string English = @"(?<date>(?:January|February|March|April|May|June|July|August|September|October|November|December)\s\d{1,2},\s\d{4}|\d{1,2}\s(?:January|February|March|April|May|June|July|August|September|October|November|December)\s\d{4})";
    private const string Chinese = @"(?<year>\d{4})年(?<month>\d{1,2})月(?<day>\d{1,2})日";

    [GeneratedRegex(@"(?:\beffective(?:\s+(?:on|from|as\s+of|beginning|date:?))?|\b(?:takes?|took|taking)\s+effect(?:\s+(?:on|from))?|\benters?\s+into\s+force(?:\s+on)?|\bin\s+force\s+(?:from|since|as\s+of)|\bstarting(?:\s+on)?)\s*:?\s*" + English + "|自?" + Chinese + "起(?:正式)?(?:实施|施行|执行)?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex From();

    [GeneratedRegex(@"\b(?:until|through|expires?(?:\s+on)?|up\s+to\s+and\s+including|ends?\s+on)\s+" + English + "|至" + Chinese,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Until();
}
