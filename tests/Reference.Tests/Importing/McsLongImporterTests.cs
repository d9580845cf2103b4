using System.Text;
using Chokepoint.Contracts;
using Chokepoint.Reference.Importing;

namespace Chokepoint.Reference.Tests.Importing;

public sealed class McsLongImporterTests
{
    private const string Header = "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,Is critical mineral 2025,Other notes\n";
    private const string File = "MCS2026_Commodities_Data.csv";

    [Fact]
    public void A_windows_1252_file_is_read_as_such()
    {
        var import = ImportAs(CodePagesEncodingProvider.Instance.GetEncoding(1252)!, World("Gallium", "Primary production", "kilograms", ("China", "839,000"), ("United States", "—")));

        import.Rejected.ShouldBeEmpty();
        import.Figures.Select(f => (f.Economy, f.Value)).ShouldBe([("CHN", 839000), ("USA", 0)]);
    }

    [Fact]
    public void Residual_and_total_are_no_producers()
    {
        var import = ImportText(World("Copper", "Refinery production", "thousand metric tons", ("China", "12,400"), ("Other countries", "2,310"), ("World total", "27,600")));

        import.Figures.Select(f => (f.Kind, f.Economy, f.Value)).ShouldBe(
            [(FigureKind.Production, "CHN", 12400), (FigureKind.ProductionResidual, null, 2310), (FigureKind.ProductionTotal, null, 27600)]);
        import.Figures.ShouldAllBe(f => f.Stage == Stage.Processing && f.Mineral == "copper" && f.Unit == "thousand metric tons" && f.Year == 2025 && f.Vintage == "2026");
    }

    [Fact]
    public void Mine_and_refinery_are_two_stages() => ImportText(
            World("Copper", "Mine production", "thousand metric tons", ("Chile", "5,510")) + World("Copper", "Refinery production", "thousand metric tons", ("Chile", "1,940")))
        .Figures.Select(f => (f.Stage, f.Value)).ShouldBe([(Stage.Extraction, 5510), (Stage.Processing, 1940)]);

    [Fact]
    public void Magnesium_compounds_are_no_magnesium()
    {
        var import = ImportText(
            World("Magnesium Metal", "Smelter production", "thousand metric tons", ("China", "953")) + World("Magnesium Compounds", "Mine production", "thousand metric tons", ("China", "12,900")));

        import.Figures.Select(f => (f.Mineral, f.Stage, f.Value)).ShouldBe([("magnesite", Stage.Extraction, 12900), ("magnesium", Stage.Processing, 953)]);
    }

    [Fact]
    public void Withheld_not_available_and_nil_are_three_things()
    {
        var import = ImportText(World("Rhenium", "Mine production", "kilograms", ("United States", "W"), ("Russia", "NA"), ("Chile", "—")));

        import.Figures.Select(f => (f.Economy, f.Value, f.Operator)).ShouldBe([("CHL", 0, null), ("RUS", null, "NA"), ("USA", null, "W")]);
    }

    [Fact]
    public void Ilmenite_and_rutile_make_the_titanium_stage()
    {
        var import = ImportText(
            World("Titanium Mineral Concentrates", "Mine production: Ilmenite", "thousand metric tons", ("Australia", "600"), ("United States", "100"))
            + World("Titanium Mineral Concentrates", "Mine production: Rutile", "thousand metric tons", ("Australia", "200"), ("United States", "s")));

        var stage = import.Figures.Where(f => f.Form is null).ToList();
        stage.Select(f => (f.Economy, f.Value)).ShouldBe([("AUS", 800), ("USA", 100)]);
        stage[1].Note!.ShouldContain("rutile not stated (s)");
    }

    [Fact]
    public void Import_sources_are_shares_of_the_United_States_with_the_years_range()
    {
        var import = ImportText(Imports("Copper", "Copper content of ore and concentrate", ("Canada", ">99"), ("Other countries", "<1")));

        import.Figures.Select(f => (f.Kind, f.Economy, f.Counterpart, f.Operator, f.Low, f.High, f.Year)).ShouldBe(
            [(FigureKind.ImportShare, "USA", "CAN", ">", 99, 100, 2024), (FigureKind.ImportShareResidual, "USA", null, "<", 0, 1, 2024)]);
    }

    [Fact]
    public void Net_import_reliance_keeps_net_exporter_apart_from_unknown()
    {
        var import = ImportText(Reliance("Beryllium", "2024", "E") + Reliance("Germanium", "2025", ">50") + Reliance("Gold", "2025", "s"));

        import.Figures.Select(f => (f.Mineral, f.Value, f.Low, f.High, f.Operator)).ShouldBe(
            [("beryllium", 0, null, null, "E"), ("germanium", 50, 50, 100, ">"), ("gold", null, null, null, "s")]);
    }

    [Fact]
    public void A_bad_row_is_rejected_with_its_line_and_the_good_ones_land()
    {
        var import = ImportText(Imports("Rubidium", "All", ("China, Germany, and Russia", "100")) + Imports("Yttrium", "All", ("China", "170"), ("Germany", "11")) + Reliance("Cobalt", "next year", "79"));

        import.Rejected.Select(r => r.Line).ShouldBe([2, 3, 5]);
        import.Rejected[0].Reason.ShouldBe("\"China, Germany, and Russia\" is no one economy.");
        import.Figures.ShouldHaveSingleItem().Counterpart.ShouldBe("DEU");
    }

    [Fact]
    public void Series_that_are_not_followed_are_counted_not_lost() => ImportText(World("Iron And Steel", "Pig iron", "million metric tons", ("China", "852"), ("Japan", "61")))
        .Skipped.ShouldHaveSingleItem().ShouldBe(new SkippedSeries("world: Iron And Steel, Pig iron", "no mineral of the platform, or a form it does not follow", 2));

    [Fact]
    public void A_file_of_another_layout_is_refused_whole()
    {
        var import = Sample.Import("usgs-mcs-long", File, "Source,Country,Type\nMCS2024,China,Mine production\n");

        import.Figures.ShouldBeEmpty();
        import.Refusal!.ShouldStartWith("The file has no column \"MCS chapter\"");
    }

    private static FigureImport ImportText(string rows) => Sample.Import("usgs-mcs-long", File, Header + rows);

    private static FigureImport ImportAs(Encoding encoding, string rows) => Sample.Import("usgs-mcs-long", File, Header + rows, encoding);

    private static string World(string commodity, string detail, string unit, params (string Country, string Value)[] cells) => string.Concat(cells.Select(c =>
        $"X,World Mine Production and Reserves,{commodity},\"{c.Country}\",Production,{detail},{unit},2025,\"{c.Value}\",,Yes,\n"));

    private static string Imports(string commodity, string detail, params (string Country, string Value)[] cells) => string.Concat(cells.Select(c =>
        $"X,Import Sources,{commodity},\"{c.Country}\",Import sources 2021-2024,{detail},percent,2021–24,{c.Value},,Yes,\n"));

    private static string Reliance(string commodity, string year, string value) =>
        $"X,Salient Statistics—United States,{commodity},United States,Net import reliance,Net import reliance,percent,{year},{value},,Yes,\n"
        + "X,Salient,Nothing,United States,Employment,All,number,2025,1,,No,\n";
}
