using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Methods;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Tests.Domain;

/// <summary>METHOD.md section 2, USGS 2021.</summary>
public sealed class UsgsSupplyRiskTests
{
    private static readonly double Potential = UsgsSupplyRisk.DisruptionPotential([new UsgsProducer(.8, .5, .6), new UsgsProducer(.2, .2, .1)]);

    [Fact]
    public void The_worked_example_comes_out()
    {
        Potential.ShouldBe(.1928, 1e-9);
        UsgsSupplyRisk.Of(Potential, 1, .3).ShouldBe(.3867, 5e-5);
        UsgsSupplyRisk.Of(Potential, 0, .3).ShouldBe(0);
    }

    [Fact]
    public void Without_its_inputs_there_is_no_value_and_the_note_says_which_lacks()
    {
        var value = Usgs2021.Of(Given.Score("USA", "gallium"), Figures.Shipped);
        value.Value.ShouldBeNull();
        value.State.ShouldBe("insufficient_data");
        value.Note!.ShouldContain("economic vulnerability");
    }

    [Fact]
    public void With_the_inputs_an_operator_brings_it_is_computed()
    {
        var pair = Given.Score("USA", "gallium");
        var others = pair.Deciding!.Supply.Suppliers.Where(s => s.World.Value > 0).ToList();
        var figures = FigureSet.Of(
            Figures.Shipped.All,
            [
                Index(FigureKind.EconomicVulnerability, "gallium", "USA", null, .3),
                .. others.Select(s => Index(FigureKind.AbilityToSupply, null, s.Economy, null, .5)),
                .. others.Select(s => Index(FigureKind.WillingnessToSupply, null, "USA", s.Economy, .6)),
            ]);
        var expected = UsgsSupplyRisk.Of(others.Sum(s => s.World.Value * s.World.Value * .3), pair.Deciding.Supply.Inputs.ImportReliance.Value, .3);
        Usgs2021.Of(pair, figures).Value!.Value.ShouldBe(expected, 1e-4);
    }

    private static Figure Index(FigureKind kind, string? mineral, string economy, string? counterpart, double value) =>
        new(kind, mineral, null, null, economy, counterpart, value, null, null, "index", null, 2025, "2025", "an operator", null);
}
