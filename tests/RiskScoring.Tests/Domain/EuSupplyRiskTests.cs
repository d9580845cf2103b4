using System.Globalization;
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

    /// <summary>Every stage, against a computation of the same tables outside this code base; empty where an input is not printed.</summary>
    [Fact]
    public void Every_stage_has_the_value_that_was_computed_apart()
    {
        var expected = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "eu-supply-risk-2023.csv")).Skip(1).Select(l => l.Split(',')).ToList();
        expected.Count.ShouldBe(130);
        foreach (var line in expected)
        {
            var row = Run.Single(r => r.Mineral == line[0] && r.Stage.ToString().Equals(line[1], StringComparison.OrdinalIgnoreCase));
            row.Mode.ShouldBe(line[2]);
            var value = line[3].Length == 0 ? (double?)null : double.Parse(line[3], CultureInfo.InvariantCulture);
            if (value is { } risk) row.SupplyRisk.ShouldNotBeNull(row.Mineral).ShouldBe(risk, 0.011, $"{row.Mineral} {row.Stage}");
            else row.SupplyRisk.ShouldBeNull($"{row.Mineral} {row.Stage}");
        }
    }

    [Fact]
    public void A_material_is_called_as_the_assessment_calls_it() =>
        Run.Single(r => r.Mineral == "talc").Material.ShouldBe("Talc, Steatite & Pyrophyllite");

    /// <summary>What an operator imports later is another edition; the run of 2023 is of 2023.</summary>
    [Fact]
    public void A_newer_edition_does_not_change_the_run()
    {
        Figure Newer(Figure f) => f with { Vintage = "2026", Value = f.Value / 2 };
        var changed = FigureSet.Of(Figures.Shipped.All, Figures.Shipped.All.Where(f => f is { Vintage: "2023", Value: not null } && f.Kind != FigureKind.SupplyLegs).Select(Newer));
        EuAssessment2023.Run(changed).Select(r => (r.Mineral, r.Stage, r.SupplyRisk)).ShouldBe(Run.Select(r => (r.Mineral, r.Stage, r.SupplyRisk)));
    }

    [Fact]
    public void Every_stage_the_assessment_scored_is_there_and_none_is_empty_without_saying_so()
    {
        Run.Count.ShouldBe(Figures.Shipped.All.Count(f => f.Kind == FigureKind.SupplyLegs));
        // Groups of minerals and silica sand have no substitution or recycling figures printed.
        foreach (var row in Run.Where(r => r.SupplyRisk is null)) row.Note.ShouldNotBeNull(row.Mineral);
        foreach (var row in Run.Where(r => r.SupplyRisk is null && (r.Inputs.HhiGlobal ?? r.Inputs.HhiSourcing) is not null)) (row.Inputs.Substitution is null || row.Inputs.RecyclingRate is null).ShouldBeTrue(row.Mineral);
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
