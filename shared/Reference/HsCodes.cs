using Chokepoint.Contracts;

namespace Chokepoint.Reference;

/// <summary>A six-digit code of the Harmonized System under which a mineral is traded.</summary>
/// <param name="IsBasket">The code pools several minerals, so its flow is never presented as one mineral's own.</param>
public sealed record HsCode(string Hs6, string Mineral, string Form, bool IsBasket);

/// <summary>Which codes carry which mineral, and at which stage of its chain a code stands.</summary>
public static class HsCodes
{
    public static IReadOnlyList<HsCode> All { get; } = Table.Read("hs_codes.csv", row => new HsCode(
        row.Text("hs6"), row.Text("mineral"), row.Text("form"), row.Flag("is_basket")));

    private static readonly ILookup<string, HsCode> ByCode = All.ToLookup(c => c.Hs6, StringComparer.Ordinal);
    private static readonly ILookup<string, HsCode> ByMineral = All.ToLookup(c => c.Mineral, StringComparer.Ordinal);

    private static readonly Dictionary<string, bool> InHs2022 = Table
        .Read("hs_revisions.csv", row => (Hs6: row.Text("hs6"), Is2022: row.Flag("in_hs2022")))
        .ToDictionary(c => c.Hs6, c => c.Is2022, StringComparer.Ordinal);

    /// <summary>
    /// Where a code stands among the revisions of the Harmonized System: true in that of 2022, false in an earlier one alone, null in none.
    /// </summary>
    /// <param name="hsCode">Six digits or more; those after the sixth are a country's own and are not looked at.</param>
    public static bool? IsOfHs2022(string hsCode) => hsCode.Length >= 6 && InHs2022.TryGetValue(hsCode[..6], out var is2022) ? is2022 : null;

    public static IEnumerable<HsCode> Of(string hs6) => ByCode[hs6];

    public static IEnumerable<HsCode> OfMineral(string mineral) => ByMineral[mineral];

    /// <summary>
    /// METHOD.md section 3: ores 25xx and 26xx are extraction; 28xx, 38xx, 71xx, 75xx–81xx processing; 8505 component; else null.
    /// Chapter 74 is taken as processing too: METHOD.md leaves out copper's own chapter, whose headings are matte and metal.
    /// </summary>
    public static Stage? StageOf(string hsCode)
    {
        if (hsCode.Length < 4) return null;
        if (hsCode.StartsWith("8505", StringComparison.Ordinal)) return Stage.Component;
        return hsCode[..2] switch
        {
            "25" or "26" => Stage.Extraction,
            "28" or "38" or "71" => Stage.Processing,
            var chapter when string.CompareOrdinal(chapter, "74") >= 0 && string.CompareOrdinal(chapter, "81") <= 0 => Stage.Processing,
            _ => null,
        };
    }
}
