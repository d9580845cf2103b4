using System.Globalization;
using System.Text.RegularExpressions;

namespace Chokepoint.Reference.Importing;

/// <summary>What the name of a per-commodity file says: <c>mcs2024-alum_salient.csv</c>, <c>MCS2024-bismu_world.csv</c>, <c>mcs2023tellu_salient.csv</c>.</summary>
internal sealed partial record McsRelease(McsEdition Edition, string Commodity)
{
    public static McsRelease? Of(string fileName) =>
        PerCommodity().Match(fileName) is { Success: true } name
            ? new McsRelease(new McsEdition(int.Parse(name.Groups["year"].Value, CultureInfo.InvariantCulture)), UsgsSeries.Commodity(name.Groups["commodity"].Value)) : null;

    /// <summary>The edition a row or a file's name gives: <c>MCS2025</c>.</summary>
    public static McsEdition? EditionIn(string text) =>
        Edition_().Match(text) is { Success: true } edition ? new McsEdition(int.Parse(edition.Groups["year"].Value, CultureInfo.InvariantCulture)) : null;

    [GeneratedRegex("^mcs(?<year>[0-9]{4})-?(?<commodity>[a-z][a-z-]*)_(?:world|salient)\\.(?:csv|xlsx)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PerCommodity();

    [GeneratedRegex("MCS ?(?<year>[0-9]{4})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Edition_();
}
