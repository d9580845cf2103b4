using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Controls;

/// <summary>Which scores a clause can move: importers it reaches whose supply its issuer has, or may have, a part in.</summary>
internal static class TouchedPairs
{
    public static IReadOnlyList<(string Economy, string Mineral)> Of(SupplyBook book, params IEnumerable<ControlClause> clauses) =>
        ScoredEconomies.InOrder(clauses.SelectMany(c => Of(book, c)).Distinct());

    private static IEnumerable<(string Economy, string Mineral)> Of(SupplyBook book, ControlClause clause)
    {
        foreach (var economy in ScoredEconomies.All)
        {
            if (!clause.Reaches(economy)) continue;
            foreach (var mineral in clause.Minerals)
            {
                if (book.Contains(economy, mineral) && book.Of(economy, mineral).Any(v => Bears(v, clause))) yield return (economy, mineral);
            }
        }
    }

    /// <summary>Where no publication states whom the importer buys from, purchases as traded may name anybody, now or in a moment.</summary>
    private static bool Bears(StageView view, ControlClause clause) => clause.Touches(view.Supply.Stage)
        && (view.Sourcing is null || view.Supply.HasResidual || view.Supply.Suppliers.Any(s => s.IsHitBy(clause.Issuer)));
}
