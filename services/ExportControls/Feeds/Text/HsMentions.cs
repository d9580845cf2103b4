using System.Text.RegularExpressions;
using Chokepoint.Reference;

namespace Chokepoint.ExportControls.Feeds.Text;

/// <summary>Finds HS codes where a text says that they are such, and the minerals that a code stands for.</summary>
internal static partial class HsMentions
{
    /// <summary>Each code once, without its points.</summary>
    public static IReadOnlyList<Found<string>> Find(IEnumerable<SourceText> texts)
    {
        var found = new Dictionary<string, Found<string>>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (Match context in Context().Matches(text.Text))
            {
                foreach (Capture code in context.Groups["code"].Captures)
                {
                    var digits = code.Value.Replace(".", "", StringComparison.Ordinal);
                    if (digits.Length is >= 6 and <= 10) found.TryAdd(digits, text.Find(digits, code.Index, code.Length, rule: null));
                }
            }
        }
        return [.. found.Values];
    }

    /// <summary>Minerals that one of the codes carries alone; a basket names no single one.</summary>
    public static IReadOnlyList<Found<string>> Minerals(IReadOnlyList<Found<string>> codes)
    {
        var found = new Dictionary<string, Found<string>>(StringComparer.Ordinal);
        foreach (var code in codes)
        {
            foreach (var mineral in HsCodes.Of(code.Value[..6]).Where(c => !c.IsBasket))
                found.TryAdd(mineral.Mineral, code with { Value = mineral.Mineral, Rule = $"HS {code.Value[..6]} is {mineral.Mineral} ({mineral.Form})" });
        }
        return [.. found.Values];
    }

    /// <summary>The codes that pool several minerals, in a sentence; null when there is none.</summary>
    public static string? Baskets(IReadOnlyList<Found<string>> codes)
    {
        var baskets = codes.Select(c => c.Value[..6]).Distinct(StringComparer.Ordinal).Where(c => HsCodes.Of(c).Any(h => h.IsBasket))
            .Select(c => $"HS {c} pools {string.Join(", ", HsCodes.Of(c).Select(h => h.Mineral).Distinct(StringComparer.Ordinal))}").ToList();
        return baskets.Count is 0 ? null : $"{string.Join("; ", baskets)}: a basket names no single mineral.";
    }

    [GeneratedRegex(@"(?:\bHS\b|\bHTS(?:US)?\b|\b(?:sub)?headings?\b|\btariff (?:codes?|lines?|items?)\b|海关商品编号)[^.;。\d]{0,60}(?<code>\d{4}\.?\d{2}(?:\.?\d{2}){0,2})(?:(?:\s*(?:,|、|；|and|or|以及|和)\s*)+(?<code>\d{4}\.?\d{2}(?:\.?\d{2}){0,2}))*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Context();
}
