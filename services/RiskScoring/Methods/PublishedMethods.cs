using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Methods;

/// <summary>What the published methods say of a pair (METHOD.md section 2): shown beside the live score, never blended in.</summary>
internal static class PublishedMethods
{
    public const string EuSupplyRisk = "eu-supply-risk";

    public static IReadOnlyDictionary<string, MethodValue> Beside(PairScore score, IReadOnlyList<StageView> views, FigureSet figures)
    {
        var values = new SortedDictionary<string, MethodValue>(StringComparer.Ordinal)
        {
            [Usgs2021.Name] = Usgs2021.Of(score, figures),
        };
        if (score.Economy == "USA" && figures.GdpEffect(score.Mineral) is { Value: { } effect } gdp)
        {
            values["usgs-gdp-2025"] = new(effect, gdp.Unit == "million USD" ? "USD million" : gdp.Unit, Source: gdp.Source, Vintage: gdp.Vintage);
        }

        if (score.Deciding is not { } deciding) return values;
        var riskiest = score.Stages.MaxBy(s => s.Supply.SupplyRisk.Value)!.Supply;
        values[EuSupplyRisk] = new(
            Math.Round(riskiest.SupplyRisk.Value, 2), Stage: riskiest.Stage,
            Interval: new(Math.Round(riskiest.SupplyRisk.Low, 2), Math.Round(riskiest.SupplyRisk.High, 2)),
            Note: "own output left out, trade factors from agreements only; critical from 1.0");
        var reliance = deciding.Supply.Inputs.ImportReliance;
        values["net-import-reliance"] = reliance.IsExact || reliance.Low > 0
            ? new(Math.Round(reliance.Value * 100, 1), "percent", deciding.Stage)
            : new(null, "percent", deciding.Stage, ScoreStates.InsufficientData);
        var view = views.First(v => v.Supply == deciding.Supply);
        values["hhi-production"] = Concentration(view.Producers);
        if (view.Sourcing is { } sourcing) values["hhi-imports"] = Concentration(sourcing);
        return values;
    }

    private static MethodValue Concentration(SupplyShares shares) => new(
        Math.Round(shares.Concentration.Low), "0..10000", shares.Stage, Interval: new(Math.Round(shares.Concentration.Low), Math.Round(shares.Concentration.High)),
        Source: shares.Source, Vintage: shares.Vintage);
}
