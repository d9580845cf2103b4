using Chokepoint.Contracts;

namespace Chokepoint.Reference.Tests;

/// <summary>METHOD.md section 2: concentration of production from MCS 2026, producers only, and with the residual as one producer.</summary>
public sealed class ShippedProductionTests
{
    [Theory]
    [InlineData("cobalt", Stage.Extraction, 5766, 5773)]
    [InlineData("copper", Stage.Extraction, 1062, 1216)]
    [InlineData("copper", Stage.Processing, 2240, 2310)]
    [InlineData("gallium", Stage.Processing, 9789, 9789)]
    public void Concentration_of_2024_is_the_methods(string mineral, Stage stage, double low, double high)
    {
        var producers = Figures.Shipped.Producers(mineral, stage, 2024).ShouldNotBeNull();

        producers.Vintage.ShouldBe("2026");
        // Printed as whole numbers in METHOD.md; gallium is 9789.5.
        producers.Concentration.Low.ShouldBe(low, 0.51);
        producers.Concentration.High.ShouldBe(high, 0.51);
    }

    [Fact]
    public void Shares_and_residual_make_one_whole()
    {
        foreach (var mineral in Minerals.All)
        {
            foreach (var stage in Enum.GetValues<Stage>())
            {
                if (Figures.Shipped.Producers(mineral.Slug, stage) is not { } producers) continue;
                (producers.Shares.Sum(s => s.Share) + producers.Residual).ShouldBe(1, 1e-9, $"{mineral.Slug} {stage}");
            }
        }
    }

    [Fact]
    public void A_withheld_output_is_not_zero()
    {
        var lithium = Figures.Shipped.Producers("lithium", Stage.Extraction, 2024).ShouldNotBeNull();

        lithium.Withheld.ShouldHaveSingleItem().Economy.ShouldBe("USA");
        lithium.Withheld[0].Value.ShouldBeNull();
        lithium.Withheld[0].Operator.ShouldBe("W");
        lithium.Shares.ShouldNotContain(s => s.Economy == "USA");
        // "Excludes U.S. production": the printed total bounds nothing.
        lithium.WithheldUpTo.ShouldBeNull();
    }

    [Fact]
    public void Every_economy_and_mineral_of_a_figure_is_known()
    {
        foreach (var f in Figures.Shipped.All)
        {
            if (f.Mineral is not null) (Minerals.TryGet(f.Mineral, out _) || Minerals.Groups.Contains(f.Mineral, StringComparer.Ordinal)).ShouldBeTrue(f.Mineral);
            if (f.Economy is not null) Economies.TryGet(f.Economy, out _).ShouldBeTrue(f.Economy);
            if (f.Counterpart is not null) Economies.TryGet(f.Counterpart, out _).ShouldBeTrue(f.Counterpart);
            f.Source.ShouldNotBeEmpty();
            f.Vintage.ShouldNotBeEmpty();
        }
    }
}
