using Chokepoint.Contracts;

namespace Chokepoint.Reference.Tests;

public sealed class FigureSetTests
{
    [Fact]
    public void The_annex_stands_in_where_USGS_has_no_producers()
    {
        var germanium = Figures.Shipped.Producers("germanium", Stage.Processing).ShouldNotBeNull();

        germanium.Basis.ShouldBe(SharesBasis.EuAnnex);
        germanium.Shares[0].Economy.ShouldBe("CHN");
    }

    [Fact]
    public void Where_only_the_group_has_shares_the_answer_says_so()
    {
        var set = new FigureSet([Production("rare-earths", "CHN", 270), Production("rare-earths", "USA", 45), Total("rare-earths", 315)]);

        var thulium = set.Producers("thulium", Stage.Extraction).ShouldNotBeNull();
        thulium.Group.ShouldBe("rare-earths");
        thulium.Mineral.ShouldBe("thulium");
        thulium.Note.ShouldBe("Shares of rare-earths, for want of figures of thulium itself.");
    }

    [Fact]
    public void Forms_that_USGS_does_not_add_up_give_no_shares() =>
        Figures.Shipped.Producers("boron", Stage.Extraction)!.Basis.ShouldBe(SharesBasis.EuAnnex);

    [Fact]
    public void Shares_are_as_printed_and_what_lacks_is_nobody_s()
    {
        var vanadium = Figures.Shipped.Producers("vanadium", Stage.Processing)!;

        vanadium.Shares[0].Share.ShouldBe(vanadium.Shares[0].Figure.Value!.Value / 100, 1e-9);
        vanadium.Residual.ShouldBe(0.113, 0.001); // the annex names 88.7 %
    }

    [Fact]
    public void A_table_that_names_almost_nobody_gives_no_shares()
    {
        var set = new FigureSet([Production("neon", "USA", 112, Stage.Processing), Residual("neon", 688, Stage.Processing), Total("neon", 800, Stage.Processing)]);

        set.Producers("neon", Stage.Processing).ShouldBeNull();
    }

    [Fact]
    public void What_the_total_leaves_bounds_the_withheld()
    {
        var set = new FigureSet([Production("tin", "CHN", 70), Production("tin", "USA", null, @operator: "W"), Total("tin", 100)]);

        var tin = set.Producers("tin", Stage.Extraction)!;
        tin.ShareOf("CHN").ShouldBe(1);
        tin.WithheldUpTo!.Value.ShouldBe(30.5 / 70, 1e-9);
    }

    [Fact]
    public void Sourcing_falls_back_from_the_stage_to_the_mineral_to_the_group()
    {
        Figures.Shipped.Sourcing("USA", "antimony", Stage.Extraction)!.Shares[0].Economy.ShouldBe("MEX");
        Figures.Shipped.Sourcing("USA", "antimony", Stage.Processing)!.Shares[0].Economy.ShouldBe("CHN");
        Figures.Shipped.Sourcing("USA", "natural-graphite", Stage.Extraction)!.Basis.ShouldBe(SharesBasis.Usgs);
        Figures.Shipped.Sourcing("USA", "neodymium", Stage.Processing)!.Group.ShouldBe("rare-earths");
        Figures.Shipped.Sourcing("USA", "niobium", Stage.Extraction).ShouldBeNull(); // its ores come under tantalum's code
    }

    [Fact]
    public void The_narrowest_group_that_has_a_figure_answers()
    {
        Figures.Shipped.ImportReliance("USA", "dysprosium", Stage.Processing)!.Mineral.ShouldBe("heavy-rare-earths");
        Figures.Shipped.ImportReliance("USA", "neodymium", Stage.Processing)!.Mineral.ShouldBe("rare-earths");
    }

    [Fact]
    public void An_economy_without_figures_has_none() => Figures.Shipped.Sourcing("JPN", "gallium", Stage.Processing).ShouldBeNull();

    [Fact]
    public void Governance_is_the_newest_unless_a_year_is_asked_for()
    {
        Figures.Shipped.Governance("CHN")!.Year.ShouldBe(2023);
        Figures.Shipped.Governance("CHN", 2019)!.Vintage.ShouldBe("2024");
        Figures.Shipped.Governance("CHN", 2019, "2023")!.Vintage.ShouldBe("2023");
        Economies.All.Count(e => Figures.Shipped.Governance(e.Code) is not null).ShouldBeGreaterThan(190);
    }

    private static Figure Production(string mineral, string economy, double? value, Stage stage = Stage.Extraction, string? @operator = null) => new(
        FigureKind.Production, mineral, stage, null, economy, null, value, null, null, "t", @operator, 2024, "2026", "USGS", null);

    private static Figure Residual(string mineral, double value, Stage stage = Stage.Extraction) =>
        Production(mineral, "", value, stage) with { Kind = FigureKind.ProductionResidual, Economy = null };

    private static Figure Total(string mineral, double value, Stage stage = Stage.Extraction) =>
        Production(mineral, "", value, stage) with { Kind = FigureKind.ProductionTotal, Economy = null };
}
