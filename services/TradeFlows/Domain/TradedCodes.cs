using Chokepoint.Reference;

namespace Chokepoint.TradeFlows.Domain;

/// <summary>A code that a later revision of the Harmonized System split or moved: reports in older revisions still come under it.</summary>
/// <param name="LastRevision">The last that has the code: 5 is HS 2017.</param>
/// <param name="Successors">Where its goods are in HS 2022.</param>
/// <param name="Also">What else it holds than the platform's minerals, and so makes it a basket; null when nothing.</param>
internal sealed record RetiredCode(string Hs6, short LastRevision, IReadOnlyList<string> Successors, string? Also)
{
    /// <summary>The first month of the revision that lacks it.</summary>
    public int Since => LastRevision == 5 ? 202201 : 201701;
}

/// <summary>
/// The codes that minerals are traded under, in every revision from HS 2012 (H4) to HS 2022 (H6). The reference table is of HS 2022;
/// this is the concordance of what it names with the two revisions before.
/// </summary>
/// <remarks>UN Comtrade's own list of codes over all revisions, and the World Customs Organization's correlation of HS 2022 to HS 2017.</remarks>
internal static class TradedCodes
{
    public const short Newest = 6;

    public static IReadOnlyList<RetiredCode> Retired { get; } =
    [
        new("810600", 5, ["810610", "810690"], null),
        new("681510", 5, ["681511", "681512", "681513", "681519"], "carbon fibres and other articles of carbon"),
        new("710490", 5, ["710491", "710499"], "other synthetic stones, worked"),
        new("382490", 4, ["382499"], "chemical preparations that HS 2017 lists apart"),
        new("285300", 4, ["285390"], "cyanogen chloride, liquid air and distilled water"),
        new("284800", 4, ["285390"], "other phosphides"),
    ];

    /// <summary>Codes of today that held more before HS 2022, and what: their older figures are not the same goods.</summary>
    private static readonly Dictionary<string, string> WiderBefore = new(StringComparer.Ordinal)
    {
        ["811292"] = "hafnium and rhenium",
        ["811299"] = "hafnium and rhenium",
    };

    public static IReadOnlyList<HsCode> All { get; } = [.. HsCodes.All, .. Retired.SelectMany(Inherited)];

    private static readonly ILookup<string, HsCode> ByCode = All.ToLookup(c => c.Hs6, StringComparer.Ordinal);
    private static readonly ILookup<string, HsCode> ByMineral = All.ToLookup(c => c.Mineral, StringComparer.Ordinal);
    private static readonly Dictionary<string, RetiredCode> RetiredByCode = Retired.ToDictionary(r => r.Hs6, StringComparer.Ordinal);

    private static readonly ILookup<string, string> Older =
        Retired.SelectMany(r => r.Successors, (r, hs6) => (hs6, r.Hs6)).ToLookup(x => x.hs6, x => x.Hs6, StringComparer.Ordinal);

    public static IEnumerable<HsCode> Of(string hs6) => ByCode[hs6];

    public static IEnumerable<HsCode> OfMineral(string mineral) => ByMineral[mineral];

    /// <summary>Whether a flow under the code is no one mineral's own.</summary>
    public static bool IsBasket(string hs6) => Of(hs6).Count() > 1 || Of(hs6).Any(c => c.IsBasket);

    /// <summary>Where the goods of an older code are in HS 2022; null for a code of today.</summary>
    public static RetiredCode? RetiredAs(string hs6) => RetiredByCode.GetValueOrDefault(hs6);

    /// <summary>The codes that an older revision had a code's goods under.</summary>
    public static IEnumerable<string> Predecessors(string hs6) => Older[hs6];

    /// <summary>What a code held in the revisions before HS 2022 and no longer does; null when nothing that matters here.</summary>
    public static string? MovedOut(string hs6) => WiderBefore.GetValueOrDefault(hs6);

    private static IEnumerable<HsCode> Inherited(RetiredCode retired)
    {
        var successors = HsCodes.All.Where(c => retired.Successors.Contains(c.Hs6, StringComparer.Ordinal)).ToList();
        var minerals = successors.Select(c => c.Mineral).Distinct(StringComparer.Ordinal).ToList();
        return minerals.Select(mineral => new HsCode(
            retired.Hs6, mineral, $"until HS {(retired.LastRevision == 5 ? 2017 : 2012)}: {successors.First(c => c.Mineral == mineral).Form}",
            retired.Also is not null || minerals.Count > 1 || successors.Exists(c => c.IsBasket)));
    }
}
