using Chokepoint.Reference;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>Another economy that an importer's supply of one mineral at one stage can come from.</summary>
/// <param name="Union">The customs union it belongs to, whose measures are its own too.</param>
/// <param name="World">Its part of world output, 0..1.</param>
/// <param name="Sourcing">Its part of the importer's whole consumption, 0..1 (domestic output is the rest); zero where the sourcing is not known.</param>
/// <param name="Governance">0 best to 10 worst; the whole scale where nobody rates it.</param>
/// <param name="Agreement">0.8 for a partner by agreement, else 1.</param>
internal sealed record Supplier(string Economy, string? Union, Bounds World, Bounds Sourcing, Bounds Governance, double Agreement)
{
    /// <summary>Whom a code names among suppliers: the economy and, where it is a customs union, its members, whom sources name one by one.</summary>
    public static IReadOnlyList<string> NamedBy(string code) => [code, .. Economies.MembersOf(code)];

    public bool IsHitBy(string issuer) => Economy == issuer || Union == issuer;
}
