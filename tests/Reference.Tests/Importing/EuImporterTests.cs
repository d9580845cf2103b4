using Chokepoint.Contracts;

namespace Chokepoint.Reference.Tests.Importing;

public sealed class EuImporterTests
{
    private const string Header = "Material,Stage,Country,Share,t\n";

    [Fact]
    public void A_row_gives_a_share_and_a_trade_factor()
    {
        var import = Sample.Import("eu-global-supply", "annex.csv", Header + "Natural Graphite,E,China,67%,1.1\nBarytes,E,Germany,0.8%,0.8\n");

        import.Figures.Select(f => (f.Kind, f.Mineral, f.Stage, f.Economy, f.Counterpart, f.Value)).ShouldBe(
        [
            (FigureKind.ProducerShare, "baryte", Stage.Extraction, "DEU", null, 0.8), (FigureKind.ProducerShare, "natural-graphite", Stage.Extraction, "CHN", null, 67),
            (FigureKind.TradeFactor, "baryte", Stage.Extraction, "EU27", "DEU", 0.8), (FigureKind.TradeFactor, "natural-graphite", Stage.Extraction, "EU27", "CHN", 1.1),
        ]);
    }

    [Fact]
    public void Less_than_a_tenth_of_a_percent_keeps_its_bound() => Sample.Import("eu-global-supply", "annex.csv", Header + "Gypsum,E,Afghanistan,<0.1%,1.0\n")
        .Figures[0].ShouldSatisfyAllConditions(f => f.Operator.ShouldBe("<"), f => f.Low.ShouldBe(0), f => f.High.ShouldBe(0.1));

    [Fact]
    public void One_country_under_two_spellings_is_one_supplier()
    {
        var share = Sample.Import("eu-sourcing", "annex.csv", Header + "Borate,E,Türkiye,90%,1\nBorate,E,Turkyie,5%,1\n").Figures[0];

        (share.Economy, share.Counterpart, share.Value, share.Note).ShouldBe(("EU27", "TUR", 95, "Sum of 2 rows of the annex"));
    }

    [Fact]
    public void Impossible_rows_are_rejected_with_their_lines() => Sample.Import(
            "eu-sourcing", "annex.csv", Header + "Gallium,P,China,170%,1\nGallium,X,China,70%,1\nGallium,P,Atlantis,7%,1\nGallium,P,China,71%,3\nGallium,P,China,lots,1\nGallium,P,China,69%,1\n")
        .ShouldSatisfyAllConditions(i => i.Rejected.Select(r => r.Line).ShouldBe([2, 3, 4, 5, 6]), i => i.Figures.Count.ShouldBe(2));

    [Fact]
    public void Shares_of_more_than_one_whole_are_rejected_as_a_table()
    {
        var import = Sample.Import("eu-global-supply", "annex.csv", Header + "Gallium,P,China,94%,1\nGallium,P,Japan,20%,1\nTin,E,China,30%,1\n");

        import.Rejected.Select(r => (r.Line, r.Reason)).ShouldBe(
            [(2, "The shares of gallium processing add up to 114 percent."), (3, "The shares of gallium processing add up to 114 percent.")]);
        import.Figures.Where(f => f.Kind == FigureKind.ProducerShare).ShouldHaveSingleItem().Mineral.ShouldBe("tin");
    }

    [Fact]
    public void Parameters_keep_what_is_blank_unknown()
    {
        var import = Sample.Import(
            "eu-parameters", "parameters.csv",
            "material,extraction_mode,processing_mode,SI_SR,IR_extraction_pct,IR_processing_pct,EoL_RIR_pct,SI_EI\nHREE (group),GS+EU,GSonly,,100,100,1,\nHafnium,,EUonly,0.96,,0,0,0.91\n");

        import.Figures.Where(f => f.Mineral == "heavy-rare-earths").ShouldNotContain(f => f.Kind == FigureKind.Substitution);
        import.Figures.Where(f => f.Kind == FigureKind.SupplyLegs).Select(f => (f.Mineral, f.Stage, f.Operator)).ShouldBe(
            [("hafnium", Stage.Processing, "EUonly"), ("heavy-rare-earths", Stage.Extraction, "GS+EU"), ("heavy-rare-earths", Stage.Processing, "GSonly")]);
        import.Figures.Where(f => f.Mineral == "hafnium" && f.Kind == FigureKind.ImportReliance).ShouldHaveSingleItem().Stage.ShouldBe(Stage.Processing);
    }

    [Fact]
    public void A_substitution_index_above_one_is_rejected() => Sample.Import(
            "eu-parameters", "parameters.csv", "material,extraction_mode,processing_mode,SI_SR,IR_extraction_pct,IR_processing_pct,EoL_RIR_pct,SI_EI\nGallium,,GS+EU,1.4,,98,0,0.98\n")
        .Rejected.ShouldHaveSingleItem().Reason.ShouldBe("SI_SR \"1.4\" is not between 0 and 1.");
}
