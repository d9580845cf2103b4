using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Scores;

namespace Chokepoint.RiskScoring.Methods;

/// <summary>
/// USGS 2021 for a pair, at its deciding stage. No open inputs for a producer's ability and willingness to supply, nor for the importer's
/// vulnerability, were found: without those an operator imports (format <c>figures</c>) there is no value, and the note says what lacks.
/// </summary>
internal static class Usgs2021
{
    public const string Name = "usgs-2021";

    public static MethodValue Of(PairScore score, FigureSet figures)
    {
        if (score.Deciding?.Supply is not { } supply) return Without("no producer shares");
        var importer = score.Economy;
        if (Index(figures.Of(FigureKind.EconomicVulnerability, score.Mineral, null, importer)) is not { } vulnerability)
            return Without($"no open figure of {importer}'s economic vulnerability was found");
        if (!supply.Inputs.ImportReliance.IsExact) return Without($"the import reliance of {importer} is not known exactly");

        var producers = new List<UsgsProducer>();
        foreach (var supplier in supply.Suppliers.Where(s => s.World.Value > 0))
        {
            if (Index(figures.Of(FigureKind.AbilityToSupply, economy: supplier.Economy)) is not { } ability)
                return Without($"no open figure of {supplier.Economy}'s ability to supply was found");
            if (Index(figures.Of(FigureKind.WillingnessToSupply, economy: importer).Where(f => f.Counterpart == supplier.Economy)) is not { } willingness)
                return Without($"no open figure of {supplier.Economy}'s willingness to supply {importer} was found");
            producers.Add(new UsgsProducer(supplier.World.Value, ability, willingness));
        }

        var risk = UsgsSupplyRisk.Of(UsgsSupplyRisk.DisruptionPotential(producers), supply.Inputs.ImportReliance.Value, vulnerability);
        return new MethodValue(Math.Round(risk, 4), Stage: supply.Stage, Note: "at risk from 0.40");
    }

    private static double? Index(IEnumerable<Figure> figures) => figures.FirstOrDefault(f => f.Value is not null)?.Value;

    private static MethodValue Without(string why) => new(null, State: ScoreStates.InsufficientData, Note: why);
}
