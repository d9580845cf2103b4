using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Methods;

namespace Chokepoint.RiskScoring.Tests.Domain;

/// <summary>METHOD.md section 1, from the figures that ship.</summary>
public sealed class EuSupplyRiskTests
{
    private static readonly IReadOnlyList<EuStageRisk> Run = EuAssessment2023.Run(Figures.Shipped);

    [Theory]
    [InlineData("natural-graphite", Stage.Extraction, 2.636, 1.167, 1.80)]
    [InlineData("antimony", Stage.Extraction, 2.401, 2.845, 1.78)]
    [InlineData("tungsten", Stage.Processing, 4.208, 0.811, 1.21)]
    [InlineData("magnesium", Stage.Processing, 4.703, 5.383, 4.12)]
    [InlineData("gallium", Stage.Processing, 5.038, 2.774, 3.81)]
    [InlineData("cobalt", Stage.Extraction, 3.627, null, 2.77)]
    [InlineData("copper", Stage.Extraction, 0.448, 0.305, 0.11)]
    public void Published_values_come_out_of_the_published_inputs(string mineral, Stage stage, double global, double? sourcing, double risk)
    {
        var row = Run.Single(r => r.Mineral == mineral && r.Stage == stage);
        row.SupplyRisk!.Value.ShouldBe(risk, 0.1);
        row.Inputs.HhiGlobal!.Value.ShouldBe(global, 0.1);
        if (sourcing is { } s) row.Inputs.HhiSourcing!.Value.ShouldBe(s, 0.1);
        else row.Inputs.HhiSourcing.ShouldBeNull();
    }

    [Theory]
    [InlineData(1.0, 3.81)]
    [InlineData(1.1, 4.18)]
    [InlineData(1.3, 4.94)]
    [InlineData(1.5, 5.70)]
    public void Gallium_rises_with_Chinas_trade_factor(double factor, double expected)
    {
        var gallium = Run.Single(r => r.Mineral == "gallium");
        var governance = Figures.Shipped.Governance("CHN", 2019)!.Value!.Value;
        var more = SupplyRisk.Term(0.938, governance, factor) - SupplyRisk.Term(0.938, governance, 1);
        var moreOwn = SupplyRisk.Term(0.69, governance, factor) - SupplyRisk.Term(0.69, governance, 1);
        SupplyRisk.Of(gallium.Inputs.HhiGlobal + more, gallium.Inputs.HhiSourcing + moreOwn, 0.98, 0, 0.98)!.Value.ShouldBe(expected, 0.1);
    }

    [Fact]
    public void Every_stage_the_assessment_scored_is_there_and_none_is_empty_without_saying_so()
    {
        Run.Count.ShouldBe(Figures.Shipped.All.Count(f => f.Kind == FigureKind.SupplyLegs));
        // Groups of minerals and silica sand have no substitution or recycling figures printed.
        foreach (var row in Run.Where(r => r.SupplyRisk is null)) (row.Inputs.Substitution is null || row.Inputs.RecyclingRate is null).ShouldBeTrue(row.Mineral);
        Run.Count(r => r.SupplyRisk is not null).ShouldBeGreaterThan(120);
    }

    [Fact]
    public void A_missing_leg_leaves_the_other_its_full_weight()
    {
        SupplyRisk.Of(2.0, null, 0.3, 0, 1).ShouldBe(2.0);
        SupplyRisk.Of((double?)null, 1.5, 0.3, 0, 1).ShouldBe(1.5);
        SupplyRisk.Of((double?)null, null, 0.3, 0, 1).ShouldBeNull();
    }
}
