using System.Text;
using Chokepoint.Contracts;

namespace Chokepoint.Reference.Tests.Importing;

public sealed class McsWorldImporterTests
{
    private static readonly UTF8Encoding WithMark = new(encoderShouldEmitUTF8Identifier: true);

    [Fact]
    public void A_byte_order_mark_footnote_letters_thousands_and_empty_columns_do_no_harm()
    {
        var import = Sample.Import(
            "usgs-mcs-world", "mcs2024-nicke_world.csv",
            "Source,Country,Type,Prod_t_2022,Prod_t_est_2023,Prod_notes,Reserves_t,,,\nMCS2024,Russiae,Mine production - nickel,\"222,000\",200000 ,,1,,,\n,,,,,,,,,\n"
            + "MCS2024,Other countries10,Mine production - nickel,e380,\u00A0\u00A0400,,1,,,\nMCS2024,World total (rounded),Mine production - nickel,\"223,000\",201000,,1,,,\n", WithMark);

        import.Rejected.ShouldBeEmpty();
        import.Figures.Select(f => (f.Kind, f.Economy, f.Year, f.Value)).ShouldBe(
        [
            (FigureKind.Production, "RUS", 2022, 222000), (FigureKind.Production, "RUS", 2023, 200000),
            (FigureKind.ProductionResidual, null, 2022, 380), (FigureKind.ProductionResidual, null, 2023, 400),
            (FigureKind.ProductionTotal, null, 2022, 223000), (FigureKind.ProductionTotal, null, 2023, 201000),
        ]);
        import.Figures.ShouldAllBe(f => f.Vintage == "2024" && f.Mineral == "nickel" && f.Stage == Stage.Extraction && f.Unit == "metric tons");
    }

    [Fact]
    public void The_combined_file_of_2025_is_read_with_its_spaces_and_its_typo()
    {
        var import = Sample.Import(
            "usgs-mcs-world", "MCS2025_World_Data.csv",
            "SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2023,PROD_EST_ 2024,PROD_NOTES,CAP_2023\nMCS2025,Gallium ,China,Primary production,kilograms,627000,750000,,\n"
            + "MCS2025,Tungsten ,Canada ,\"Mine production, tungsten content\",metric tons,5,6,,\nMCS2025,Gemanium,China,Primary and secondary refinery production,kilograms,,,,\n");

        import.Figures.Select(f => (f.Mineral, f.Economy, f.Year, f.Value)).ShouldBe(
            [("gallium", "CHN", 2023, 627000), ("gallium", "CHN", 2024, 750000), ("tungsten", "CAN", 2023, 5), ("tungsten", "CAN", 2024, 6)]);
        import.Skipped.ShouldContain(s => s.Series.StartsWith("world: germanium", StringComparison.Ordinal) && s.Reason == "blank cell, which says nothing");
    }

    [Theory]
    [InlineData("MCS2024-bismu_world.csv", "Refinery production", "bismuth")]
    [InlineData("mcs2024-alum_world.csv", "Smelter production, aluminum", "aluminium")]
    [InlineData("mcs2023-galli_world.csv", "Primary production", "gallium")]
    [InlineData("mcs2023-zirco-hafni_world.csv", "Zirconium ores, mine production", "zirconium")]
    public void The_file_s_name_says_the_commodity_however_it_is_written(string fileName, string type, string mineral) => Sample.Import(
            "usgs-mcs-world", fileName, $"Source,Country,Type,Prod_t_2022\n,China,\"{type}\",5\n")
        .Figures.ShouldHaveSingleItem().Mineral.ShouldBe(mineral);

    [Fact]
    public void The_type_may_stand_in_the_header() => Sample.Import(
            "usgs-mcs-world", "mcs2024-fluor_world.csv", "Source,Country,\"Mine production, fluorspar\",Prod_kt_2022,Prod_kt_Est_2023\nMCS2024,Mexico,,970,1000\n")
        .Figures.Select(f => (f.Mineral, f.Year, f.Value)).ShouldBe([("fluorspar", 2022, 970), ("fluorspar", 2023, 1000)]);

    [Fact]
    public void A_header_with_the_wrong_unit_is_set_right_and_says_so()
    {
        var chromium = Sample.Import("usgs-mcs-world", "mcs2023-chrom_world.csv", "Source,Country,Type,Prod_t_2021\nMCS2023,Turkey,\"Mine production, ore\",7000\n").Figures.ShouldHaveSingleItem();

        chromium.Unit.ShouldBe("thousand metric tons");
        chromium.Note!.ShouldContain("The release says metric tons");
    }

    [Fact]
    public void A_total_less_than_its_parts_is_rejected()
    {
        var import = Sample.Import(
            "usgs-mcs-world", "mcs2025-clays_world.csv",
            "Source,Country,Type,Prod_kt_2024\nMCS2025,China,Mine production Kaolin,8000\nMCS2025,India,Mine production Kaolin,8300\nMCS2025,World total (rounded),Mine production Kaolin,4400\n");

        import.Figures.Count.ShouldBe(2);
        import.Rejected.ShouldHaveSingleItem().ShouldBe(new(4, "The world total of kaolin 2024, 4400, is less than its parts, 16300."));
    }

    [Fact]
    public void Rows_of_one_producer_add_up()
    {
        var helium = Sample.Import(
            "usgs-mcs-world", "mcs2024-heliu_world.csv",
            "Source,Country,Type,Prod_mcm_2022\nMCS2024,United States (extracted from natural gas),Mine production helium,68\nMCS2024,United States (from Cliffside Field),Mine production helium,7\n");

        helium.Figures.ShouldHaveSingleItem().Value.ShouldBe(75);
    }

    [Fact]
    public void A_row_of_another_edition_is_rejected()
    {
        var import = Sample.Import("usgs-mcs-world", "mcs2025-tin_world.csv", "Source,Country,Type,Prod_t_2024\nMCS2024,China,Mine production,70000\n");

        import.Rejected.ShouldHaveSingleItem().Line.ShouldBe(2);
        import.Figures.ShouldBeEmpty();
    }

    [Fact]
    public void Salient_statistics_are_no_world_table() => Sample.Import(
            "usgs-mcs-world", "mcs2024-tin_world.csv", "Source,Country,Year,NIR_pct\nMCS2024,x,2023,75\n")
        .Refusal.ShouldBe("The file is no world production table.");
}
