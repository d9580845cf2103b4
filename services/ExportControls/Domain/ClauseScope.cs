using Chokepoint.Contracts;
using Chokepoint.Reference;

namespace Chokepoint.ExportControls.Domain;

/// <summary>What a clause applies to, groups resolved to their members.</summary>
internal static class ClauseScope
{
    /// <summary>
    /// The minerals of a clause: those it names, groups resolved; where it names none, those its HS codes carry. Sorted.
    /// </summary>
    public static IReadOnlyList<string> MineralsOf(ClauseDocument clause)
    {
        var named = clause.Minerals.SelectMany(m => Minerals.TryResolve(m, out var slugs) ? slugs : []);
        var found = clause.Minerals.Count > 0
            ? named
            : HsCodesOf(clause).SelectMany(hs => HsCodes.Of(hs[..6])).Select(code => code.Mineral);
        return [.. found.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    public static IReadOnlyList<string> HsCodesOf(ClauseDocument clause) =>
        [.. clause.Items.SelectMany(i => i.HsCodes).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>As the clause says, else as its HS codes say; empty when neither does (METHOD.md section 3).</summary>
    public static IReadOnlyList<Stage> StagesOf(ClauseDocument clause) =>
        clause.Stages ?? [.. HsCodesOf(clause).Select(HsCodes.StageOf).OfType<Stage>().Distinct().Order()];

    /// <summary>The codes under which a clause may name a destination: its own and its customs union's.</summary>
    public static IReadOnlyList<string> NamesOf(string destination) =>
        Economies.UnionOf(destination) is { } union ? [destination, union] : [destination];

    /// <summary>
    /// Whether a clause of <paramref name="issuer"/> stands between its minerals and a destination. Goods do not leave the
    /// issuer's market on their way to itself, to its union or to a member of it.
    /// </summary>
    /// <param name="destinations">Those that the clause names; null means every one.</param>
    public static bool Reaches(string issuer, IReadOnlyList<string>? destinations, IReadOnlyList<string> excluded, string destination)
    {
        var names = NamesOf(destination);
        return !names.Contains(issuer, StringComparer.Ordinal) && Economies.UnionOf(issuer) != destination
            && (destinations is null || destinations.Any(names.Contains))
            && !excluded.Any(names.Contains);
    }

    /// <summary>Customs blockages, entity listings and statements are recorded, and kept apart from legal measures on goods.</summary>
    public static bool IsLegalMeasure(Measure measure) =>
        measure is not (Measure.CustomsBlockage or Measure.EntityListing or Measure.Statement);
}
