using System.Diagnostics.CodeAnalysis;

namespace Chokepoint.Reference;

/// <summary>A mineral raw material. <paramref name="Groups"/> are slugs too: <c>rare-earths</c>, <c>platinum-group-metals</c>.</summary>
/// <param name="OnUsList">On the final 2025 list of critical minerals of the United States (90 FR 2025-19813).</param>
/// <param name="InEuAssessment">Assessed in the European Commission's 2023 study.</param>
public sealed record Mineral(string Slug, string Name, IReadOnlyList<string> Groups, bool OnUsList, bool InEuAssessment);

/// <summary>Every mineral the platform knows, by slug, and the groups that a notice may name.</summary>
public static class Minerals
{
    /// <summary>Everything a dual-use list may hold: a clause on it touches every mineral known here.</summary>
    public const string AllDualUse = "all-dual-use";

    public static IReadOnlyList<Mineral> All { get; } = Table.Read("minerals.csv", row => new Mineral(
        row.Text("slug"), row.Text("name"), row.Text("groups").Split(' ', StringSplitOptions.RemoveEmptyEntries),
        row.Flag("us_list_2025"), row.Flag("eu_assessment_2023")));

    private static readonly Dictionary<string, Mineral> BySlug = All.ToDictionary(m => m.Slug, StringComparer.Ordinal);

    private static readonly Dictionary<string, string[]> GroupMembers = All
        .SelectMany(m => m.Groups.Select(g => (Group: g, m.Slug)))
        .Append((AllDualUse, ""))
        .GroupBy(x => x.Item1, x => x.Item2, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Key == AllDualUse ? All.Select(m => m.Slug).ToArray() : g.ToArray(), StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Groups => GroupMembers.Keys;

    public static bool TryGet(string slug, [NotNullWhen(true)] out Mineral? mineral) => BySlug.TryGetValue(slug, out mineral);

    /// <summary>The members of a group, or the mineral itself; false for a name that is neither.</summary>
    public static bool TryResolve(string slugOrGroup, out IReadOnlyList<string> slugs)
    {
        slugs = GroupMembers.TryGetValue(slugOrGroup, out var members) ? members : BySlug.ContainsKey(slugOrGroup) ? [slugOrGroup] : [];
        return slugs.Count > 0;
    }
}
