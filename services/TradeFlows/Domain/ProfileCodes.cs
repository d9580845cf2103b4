using System.Collections.Frozen;
using Chokepoint.Contracts;
using Chokepoint.Reference;

namespace Chokepoint.TradeFlows.Domain;

/// <summary>The codes a mineral's supply profile is taken from at one stage, and whether they pool other minerals with it.</summary>
internal sealed record ProfileCodeSet(string Mineral, Stage Stage, bool IsBasket, IReadOnlyList<HsCode> Codes);

/// <summary>
/// Which codes stand for a mineral. Where a stage has codes of the mineral alone, only those count and its baskets are left out;
/// where it has baskets only, the profile is the basket's and says so.
/// </summary>
internal static class ProfileCodes
{
    /// <summary>
    /// Codes in which the minerals are a trace among other goods (doped silicon wafers, chemical preparations n.e.s., accumulators,
    /// machinery): a profile taken from them would be the other goods'. Still found by <c>GET /flows?hs=</c>.
    /// </summary>
    private static readonly FrozenSet<string> TooBroad = new[]
    {
        "282590", "282739", "283090", "284190", "284290", "284990", "285000", "285210", "285390", "293190", "381800", "382499", "681519",
        "710491", "847989", "848690", "850760",
        // The same in older revisions.
        "284800", "285300", "382490", "681510", "710490",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly ILookup<string, ProfileCodeSet> ByMineral = TradedCodes.All
        .Where(c => !TooBroad.Contains(c.Hs6) && HsCodes.StageOf(c.Hs6) is not null)
        .GroupBy(c => (c.Mineral, Stage: HsCodes.StageOf(c.Hs6)!.Value))
        .Select(g => Choose(g.Key.Mineral, g.Key.Stage, [.. g]))
        .ToLookup(s => s.Mineral, StringComparer.Ordinal);

    private static readonly ILookup<string, ProfileCodeSet> ByCode = ByMineral
        .SelectMany(sets => sets).SelectMany(set => set.Codes.Select(c => (c.Hs6, set))).ToLookup(x => x.Hs6, x => x.set, StringComparer.Ordinal);

    /// <summary>Every code that some profile is taken from.</summary>
    public static IReadOnlyList<string> All { get; } = [.. ByCode.Select(g => g.Key).Order(StringComparer.Ordinal)];

    public static IEnumerable<ProfileCodeSet> Of(string mineral) => ByMineral[mineral];

    public static IEnumerable<ProfileCodeSet> Holding(string hs) => ByCode[hs];

    private static ProfileCodeSet Choose(string mineral, Stage stage, IReadOnlyList<HsCode> codes)
    {
        var own = codes.Where(c => !c.IsBasket).ToList();
        return own.Count > 0 ? new(mineral, stage, IsBasket: false, own) : new(mineral, stage, IsBasket: true, codes);
    }
}
