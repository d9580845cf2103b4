using System.Text.RegularExpressions;

namespace Chokepoint.Reference.Importing;

internal enum NamedAs
{
    Economy,

    /// <summary>"Other countries": nobody in particular.</summary>
    Residual,

    /// <summary>"World total", rounded or not.</summary>
    Total,

    Unknown,
}

/// <summary>
/// What a publisher's country column means. Old, misspelt and formal names are in <c>country_names.csv</c>; a footnote letter or number
/// glued on (<c>Japane</c>, <c>Other countries4</c>) and what stands in brackets or behind a comma are taken off.
/// </summary>
/// <param name="Remark">What was in the brackets or behind the comma, such as <c>andalusite</c>.</param>
internal sealed partial record NamedCountry(NamedAs As, string? Code, string? Remark)
{
    private static readonly Dictionary<string, string> Codes = ReadNames();

    public static NamedCountry Parse(string text)
    {
        var name = Spaces().Replace(text.Replace('\u00A0', ' ').Trim(), " ").Replace('’', '\'').ToLowerInvariant();
        if (name.StartsWith("world", StringComparison.Ordinal)) return new NamedCountry(NamedAs.Total, null, name["world".Length..].Replace("total", "", StringComparison.Ordinal).Trim(' ', ',', '.'));
        if (name is "other" or "others" || name.StartsWith("other countr", StringComparison.Ordinal)) return new NamedCountry(NamedAs.Residual, null, null);
        foreach (var (candidate, remark) in Candidates(name))
        {
            if (Codes.TryGetValue(candidate, out var code) && !NamesAnother(remark)) return new NamedCountry(NamedAs.Economy, code, remark);
        }

        return new NamedCountry(NamedAs.Unknown, null, null);
    }

    private static IEnumerable<(string Name, string? Remark)> Candidates(string name)
    {
        yield return (name, null);
        var bare = Footnote().Replace(name, "");
        yield return (bare, null);
        if (bare.EndsWith('e')) yield return (bare[..^1], null);
        if (Bracket().Match(bare) is { Success: true } bracket) yield return (bracket.Groups["name"].Value, bracket.Groups["remark"].Value);
        if (bare.IndexOf(", ", StringComparison.Ordinal) is var comma and > 0) yield return (bare[..comma], bare[(comma + 2)..]);
    }

    /// <summary><c>China, Germany, and Russia</c> is not China.</summary>
    private static bool NamesAnother(string? remark) =>
        remark?.Split(',').Select(part => part.Trim().Replace("and ", "", StringComparison.Ordinal)).Any(Codes.ContainsKey) == true;

    private static Dictionary<string, string> ReadNames()
    {
        var names = Economies.All.ToDictionary(e => e.Name.Replace('’', '\'').ToLowerInvariant(), e => e.Code, StringComparer.Ordinal);
        foreach (var (name, code) in Table.Read("country_names.csv", row => (row.Text("name"), row.Text("code")))) names[name] = code;
        return names;
    }

    [GeneratedRegex("\\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Spaces();

    [GeneratedRegex("\\s*[0-9]+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Footnote();

    [GeneratedRegex("^(?<name>.*?) ?\\((?<remark>[^)]*)\\)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Bracket();
}
