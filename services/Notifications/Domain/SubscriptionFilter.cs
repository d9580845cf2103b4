using Chokepoint.Contracts;
using Chokepoint.Contracts.CloudEvents;

namespace Chokepoint.Notifications.Domain;

/// <summary>Which events a subscription wants. An empty list means all.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>Economies: an event concerns an economy when it names it, the customs union it belongs to, or a member of the union asked
/// for. Two members of a union are not each other. What a control leaves out it does not concern. A price concerns everyone.</item>
/// <item>Minerals: an event matches when it names one of them, or a member of a group among them (<c>rare-earths</c>).</item>
/// <item>Level and change narrow risk scores alone; the other types have neither.</item>
/// </list>
/// </remarks>
/// <param name="MinimumLevel">The score had or has at least this level.</param>
/// <param name="MinimumChange">Points, 0..100, that a score must have moved; null means <see cref="DefaultMinimumChange"/>, 0 every revision.</param>
internal sealed record SubscriptionFilter(
    IReadOnlyList<string> EventTypes,
    IReadOnlyList<string> Economies,
    IReadOnlyList<string> Minerals,
    RiskLevel? MinimumLevel,
    double? MinimumChange)
{
    public const double DefaultMinimumChange = 1;

    public bool Matches(EventFacets facets) =>
        (EventTypes.Count == 0 || EventTypes.Contains(facets.Type, StringComparer.Ordinal))
        && (Minerals.Count == 0 || Minerals.Any(mineral => Names(facets, mineral)))
        && (Economies.Count == 0 || Economies.Any(economy => Concerns(facets, economy)))
        && (facets.Type != CloudEventTypes.RiskScoreChanged || MovedEnough(facets));

    private bool MovedEnough(EventFacets facets) =>
        (MinimumLevel is not { } level || facets.Level >= level)
        && (facets.Change is not { } change || change >= (MinimumChange ?? DefaultMinimumChange));

    private static bool Names(EventFacets facets, string mineralOrGroup) =>
        Reference.Minerals.TryResolve(mineralOrGroup, out var slugs) && slugs.Any(slug => facets.Minerals.Contains(slug, StringComparer.Ordinal));

    private static bool Concerns(EventFacets facets, string economy) =>
        facets.Economies?.Any(n => n == economy || Reference.Economies.UnionOf(economy) == n || Reference.Economies.UnionOf(n) == economy) is not false
        && !facets.ExcludedEconomies.Any(excluded => excluded == economy || Reference.Economies.UnionOf(economy) == excluded);
}
