using Chokepoint.Contracts;

namespace Chokepoint.Reference.Tests;

/// <summary>METHOD.md section 1: what the EU method computes from the shipped shares, trade factors and 2019 governance.</summary>
public sealed class EuSupplyRiskInputsTests
{
    [Theory]
    [InlineData("natural-graphite", Stage.Extraction, 2.636, 1.167, 99, 3, .98)]
    [InlineData("antimony", Stage.Extraction, 2.401, 2.845, 100, 28, .94)]
    [InlineData("tungsten", Stage.Processing, 4.208, 0.811, 80, 42, .96)]
    [InlineData("magnesium", Stage.Processing, 4.703, 5.383, 100, 13, .94)]
    [InlineData("gallium", Stage.Processing, 5.038, 2.774, 98, 0, .98)]
    [InlineData("cobalt", Stage.Extraction, 3.627, null, 81, 22, .98)]
    [InlineData("copper", Stage.Extraction, 0.448, 0.305, 48, 55, .71)]
    public void Inputs_are_the_methods(string mineral, Stage stage, double global, double? sourcing, double reliance, double recycling, double substitution)
    {
        Weighted(FigureKind.ProducerShare, "global-supply", mineral, stage, f => f.Economy!).ShouldBe(global, 0.1);
        if (sourcing is { } expected) Weighted(FigureKind.ImportShare, "sourcing", mineral, stage, f => f.Counterpart!).ShouldBe(expected, 0.1);
        Figures.Shipped.ImportReliance(Economies.EuropeanUnion, mineral, stage)!.Value.ShouldBe(reliance);
        Figures.Shipped.RecyclingInputRate(mineral)!.Value.ShouldBe(recycling);
        Figures.Shipped.Substitution(mineral)!.Value.ShouldBe(substitution);
    }

    /// <summary>Σ S²·WGI·t, a share below the least printed counting as half of it.</summary>
    private static double Weighted(FigureKind kind, string leg, string mineral, Stage stage, Func<Figure, string> supplier) => Figures.Shipped.ByMineral[mineral]
        .Where(f => f.Kind == kind && f.Stage == stage && f.Vintage == "2023")
        .Sum(f =>
        {
            var share = (f.Operator is null ? f.Value : f.High / 2)!.Value / 100;
            var t = Figures.Shipped.Of(FigureKind.TradeFactor, mineral, stage, Economies.EuropeanUnion).Single(x => x.Counterpart == supplier(f) && x.Form == leg).Value!.Value;
            return share * share * Figures.Shipped.Governance(supplier(f), 2019, "2023")!.Value!.Value * t;
        });
}
