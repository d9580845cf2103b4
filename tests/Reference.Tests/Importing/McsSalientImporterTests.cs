using Chokepoint.Contracts;

namespace Chokepoint.Reference.Tests.Importing;

public sealed class McsSalientImporterTests
{
    [Fact]
    public void Grams_in_the_header_of_2024_are_the_kilograms_they_are()
    {
        var import = Sample.Import(
            "usgs-mcs-salient", "mcs2024-galli_salient.csv",
            "DataSource,Commodity,Year,USprod_Primarykg,Exports_g,Consump_g,Price_x,Stocks_g,NIR_pct,,,\nMCS2024,Gallium,2023,0,NA,19000,450,2700,100,,,\n,,,,,,,,,,,\n");

        import.Figures.Select(f => (f.Kind, f.Value, f.Unit)).ShouldBe(
            [(FigureKind.ImportReliance, 100, "percent"), (FigureKind.Stock, 2700, "kilograms"), (FigureKind.Consumption, 19000, "kilograms")]);
        import.Skipped.ShouldContain(s => s.Series == "salient: gallium, Exports_g");
    }

    [Theory]
    [InlineData("mcs2023tellu_salient.csv", "Tellurium", "NIR_pct", "tellurium", null)]
    [InlineData("mcs2024-nicke_salient.csv", "Nickel", "NIR_ct", "nickel", Stage.Processing)]
    [InlineData("mcs2024-tin_salient.csv", "Tin", "NIR_Refinedpct", "tin", Stage.Processing)]
    [InlineData("mcs2025-rareee_salient.csv", "Rare Earths", "NIR_Compounds-Metals_t", "rare-earths", Stage.Processing)]
    [InlineData("mcs2023-sulfu_salient.csv", "Sulfur", "NIR_NIR_pct", "sulphur", null)]
    [InlineData("mcs2025-lithium_salient.csv", "Lithium", "NIR_pct", "lithium", null)]
    [InlineData("mcs2024-scand_salient.csv", "Scandium", "NIR_pct", "scandium", null)]
    [InlineData("mcs2025-bauxi_salient.csv", "Bauxite and Alumina", "Alumina_NIR_pct", "bauxite", Stage.Processing)]
    [InlineData("mcs2024-simet_salient.csv", "Silicon", "NIR_Si_pct", "silicon-metal", Stage.Processing)]
    [InlineData("mcs2024-zirco_salient.csv", "Zirconium and Hafnium", "NIR_Hf_pct", "hafnium", Stage.Processing)]
    public void Reliance_is_found_under_every_header_it_has_had(string fileName, string commodity, string header, string mineral, Stage? stage)
    {
        var figure = Sample.Import("usgs-mcs-salient", fileName, $"DataSource,Commodity,Year,{header}\nMCS{fileName[3..7]},{commodity} ,2022,>75\n").Figures.ShouldHaveSingleItem();

        (figure.Mineral, figure.Stage, figure.Value, figure.High, figure.Operator, figure.Unit).ShouldBe((mineral, stage, 75, 100, ">", "percent"));
    }

    [Fact]
    public void A_workbook_stands_for_the_file() => Sample.Import(
            "usgs-mcs-salient", "mcs2023-tin_salient.xlsx", Sample.Workbook(("Sheet1", [["DataSource", "Commodity", "Year", "NIR_Refined_pct"], ["MCS2023", "Tin", 2022, 77]])))
        .Figures.ShouldHaveSingleItem().Value.ShouldBe(77);

    [Fact]
    public void Ferrosilicon_is_no_silicon_metal() => Sample.Import(
            "usgs-mcs-salient", "mcs2024-simet_salient.csv", "DataSource,Commodity,Year,NIR_FeSi2_pct,NIR_FeSi2_Si_pct\nMCS2024,Silicon,2022,>50,45\n")
        .Figures.ShouldBeEmpty();

    [Fact]
    public void A_row_with_an_impossible_reliance_has_its_columns_shifted_and_is_rejected_whole()
    {
        var import = Sample.Import(
            "usgs-mcs-salient", "mcs2024-fluor_salient.csv", "DataSource,Commodity,Year,Consump_kt,NIR_pct\nMCS2024,Fluorspar,2022,34,360\nMCS2024,Fluorspar,2023,34,100\n");

        import.Rejected.ShouldHaveSingleItem().ShouldBe(new(2, "NIR_pct of 360 is not possible: the columns of the row are shifted."));
        import.Figures.ShouldAllBe(f => f.Year == 2023);
    }

    [Fact]
    public void A_column_without_unit_is_rejected() => Sample.Import(
            "usgs-mcs-salient", "mcs2024-tungs_salient.csv", "DataSource,Commodity,Year,Stocks_\nMCS2024,Tungsten,2022,10\n")
        .Rejected.ShouldHaveSingleItem().Reason.ShouldBe("The column Stocks_ has no unit.");

    [Fact]
    public void A_world_table_under_a_salient_name_is_refused() => Sample.Import(
            "usgs-mcs-salient", "mcs2024-cobal_salient.csv", "Source,Country,Type,Prod_t_est_2021\nMCS2024,China,Mine production,2200\n")
        .Refusal.ShouldBe("The file has no column \"Commodity\", \"Year\".");

    [Fact]
    public void Figure_2_is_read_by_commodity_and_form()
    {
        var import = Sample.Import(
            "usgs-mcs-reliance", "MCS2025_Fig2_Net_Import_Reliance.csv",
            "Source,Import_Share_Order,Commodity,Net_Import_Reliance_pct_2024,Major_Import_Sources_2020_2023,Notes\nMCS2025,1,\"TIN, refined\",73,\"Peru, Bolivia\",\nMCS2025,2,\"TITANIUM, sponge metal\",>95,Japan,\nMCS2024,3,CESIUM,100,Germany,\nMCS2025,4,\"SILICON, metal and ferrosilicon\",<50,Brazil,\n");

        import.Figures.Select(f => (f.Mineral, f.Stage, f.Value, f.Operator, f.Year)).ShouldBe(
            [("tin", Stage.Processing, 73, null, 2024), ("titanium", Stage.Processing, 95, ">", 2024), ("titanium-metal", Stage.Processing, 95, ">", 2024)]);
        import.Rejected.ShouldHaveSingleItem().ShouldBe(new(4, "\"MCS2024\" is not the edition of the file, 2025."));
        import.Skipped.ShouldHaveSingleItem().Rows.ShouldBe(1);
    }
}
