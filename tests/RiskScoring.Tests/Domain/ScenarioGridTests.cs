using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Tests.Domain;

public sealed class ScenarioGridTests
{
    /// <summary>The fast way and the explained way give one number.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_grid_scores_as_the_pair_scorer_does(bool isSignalled)
    {
        var random = new Random(3);
        var signals = isSignalled ? new Signals(new Dictionary<string, double>(StringComparer.Ordinal) { ["CHN"] = 0.1, ["RUS"] = 0.4, ["AUS"] = 0.6 }, 5) : Signals.None;
        var pairs = Given.Book.Pairs.Where((_, i) => i % 11 == 0)
            .Select(p => Given.Score(p.Economy, p.Mineral, signals, Given.Clause("CHN", Measure.Licensing, p.Mineral))).Where(p => p.Deciding is not null).ToArray();
        string[] suppliers = ["CHN", "COD", "RUS", "CHL", "ZAF", "JPN", "AUS", "IDN", "EU27"];
        ExportStop[] stops = [.. Enumerable.Range(0, 40).Select(_ => new ExportStop(suppliers[random.Next(suppliers.Length)], null, null, random.Next(3) == 0 ? 1 : random.NextDouble()))];
        var scores = new float[pairs.Length * stops.Length];
        new ScenarioGrid(pairs, Given.Method).Score(stops, scores);
        for (var p = 0; p < pairs.Length; p++)
        {
            for (var s = 0; s < stops.Length; s++)
            {
                ((double)scores[p * stops.Length + s]).ShouldBe(Explained(pairs[p], signals, stops[s]), 1e-3, $"{pairs[p].Economy} {pairs[p].Mineral} {stops[s]}");
            }
        }
    }

    [Fact]
    public void A_stop_elsewhere_changes_nothing()
    {
        var pair = Given.Score("USA", "gallium");
        var scores = new float[3];
        new ScenarioGrid([pair], Given.Method).Score(
            [new ExportStop("CHN", "cobalt", null, 1), new ExportStop("CHN", "gallium", "JPN", 1), new ExportStop("NZL", "gallium", null, 1)], scores);
        scores.ShouldAllBe(s => s == (float)pair.Deciding!.Score);
    }

    private static double Explained(PairScore pair, Signals signals, ExportStop stop)
    {
        var stages = pair.Stages.Select(s => Cut(s.Supply, stop)).ToArray();
        var fallen = new Dictionary<string, double>(signals.Falls ?? new Dictionary<string, double>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var supplier in Supplier.NamedBy(stop.Supplier)) fallen[supplier] = Math.Max(stop.Part, fallen.GetValueOrDefault(supplier));
        var falls = signals with { Falls = fallen };
        return PairScorer.Score(
            pair.Economy, pair.Mineral, stages, [Given.Clause("CHN", Measure.Licensing, pair.Mineral)], _ => Given.Today, falls, Given.Method).Deciding!.Score;
    }

    private static StageSupply Cut(StageSupply supply, ExportStop stop)
    {
        var named = Supplier.NamedBy(stop.Supplier);
        (int, double)[] parts = [.. supply.Suppliers.Index().Where(s => named.Contains(s.Item.Economy)).Select(s => (s.Index, stop.Part))];
        return parts.Length > 0 ? supply.After(parts, Given.Method) : supply;
    }
}
