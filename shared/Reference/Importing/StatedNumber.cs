using System.Globalization;
using System.Text.RegularExpressions;

namespace Chokepoint.Reference.Importing;

/// <summary>A cell as a number with its censoring, in the source's unit; the members mean what they mean on <see cref="Figure"/>.</summary>
internal sealed partial record StatedNumber(double? Value, double? Low, double? High, string? Operator)
{
    private static readonly StatedNumber Nil = new(0, null, null, null);

    /// <summary>
    /// Reads <c>"88,000"</c>, <c>e5,000</c> (estimated), <c>&gt;95</c>, <c>&lt;1</c>, <c>660–670</c>, <c>W</c>, <c>NA</c>, <c>XX</c>,
    /// <c>E</c>, <c>—</c> (nil) and <c>s</c>, which a note explains: less than half a unit, or reported under another heading.
    /// </summary>
    /// <param name="most">The most such a figure can be (100 for a percentage), which closes a <c>&gt;</c>; null where nothing does.</param>
    /// <returns>Null where the cell cannot be read.</returns>
    public static StatedNumber? Parse(string cell, string note = "", double? most = null)
    {
        switch (cell)
        {
            case "—" or "–" or "-": return Nil;
            case "W" or "NA" or "XX": return new StatedNumber(null, null, null, cell);
            case "E": return new StatedNumber(0, null, null, "E");
            case "s" when HalfUnit().IsMatch(note): return HalfAUnit;
            case "s": return new StatedNumber(null, null, null, "s");
        }

        if (HalfUnit().IsMatch(cell)) return HalfAUnit;
        if (cell.StartsWith("included with", StringComparison.OrdinalIgnoreCase)) return new StatedNumber(null, null, null, "s");
        if (cell.StartsWith('>')) return Plain(cell[1..]) is { } least ? new StatedNumber(least, least, most, ">") : null;
        if (cell.StartsWith('<')) return Plain(cell[1..]) is { } bound ? new StatedNumber(bound, 0, bound, "<") : null;
        if (Span().Match(cell) is { Success: true } span && Plain(span.Groups["low"].Value) is { } low && Plain(span.Groups["high"].Value) is { } high && low <= high)
            return new StatedNumber((low + high) / 2, low, high, null);
        return Plain(cell.StartsWith('e') ? cell[1..] : cell) is { } value ? new StatedNumber(value, null, null, null) : null;
    }

    private static StatedNumber HalfAUnit => new(0.5, 0, 0.5, "<");

    private static double? Plain(string text) =>
        Digits().IsMatch(text.Trim()) ? double.Parse(text.Trim(), NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex("[Ll]ess than (?:½|1/2) ?unit", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HalfUnit();

    [GeneratedRegex("^(?<low>[0-9][0-9,.]*)\\s*[–-]\\s*(?<high>[0-9][0-9,.]*)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Span();

    [GeneratedRegex("^(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\\.[0-9]+)?$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Digits();
}
