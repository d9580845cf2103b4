namespace Chokepoint.TradeFlows.Tests.Imports;

/// <summary>The files as the world published them, where they are at hand beside the repository.</summary>
public sealed class RealFilesTests(TradeService trade) : TradeTests(trade)
{
    [Theory]
    [InlineData("gallium", 40, "811292")]
    [InlineData("graphite", 80, "250410")]
    [InlineData("heavy_ree", 80, "280530")]
    [InlineData("lithium", 175, "283691")]
    public async Task Comtrade_files_import_whole(string name, int rows, string hs)
    {
        var job = await Trade.ImportAsync("comtrade-v1", await SharedData.ReadAsync("trade", "comtrade_v1", name + "_trade_data.csv"));

        ComtradeImportTests.Counts(job).ShouldBe(("completed", rows, rows, 0, rows, 0, 0));
        (await Trade.QueryAsync<long>($"SELECT count(*) FROM flows WHERE hs = '{hs}'")).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_united_states_bought_35970_kg_under_811292_from_China_in_2020()
    {
        await Trade.ImportAsync("comtrade-v1", await SharedData.ReadAsync("trade", "comtrade_v1", "gallium_trade_data.csv"));

        var flows = await Trade.GetAsync("flows?importer=USA&exporter=CHN&hs=811292&from=2020&to=2020");
        var import = flows.GetProperty("items").EnumerateArray().Single(f => f.GetProperty("direction").GetString() == "import");

        import.GetProperty("netWeightKg").GetDouble().ShouldBe(35_970);
        import.GetProperty("valueUsd").GetDouble().ShouldBe(12_636_598);
    }

    [Fact]
    public async Task The_api_s_recorded_answers_import_with_the_counts_they_state()
    {
        var four = await Trade.ImportAsync("comtrade-v1", await SharedData.ReadAsync("trade", "comtrade_v1", "comtrade_api_v1_get_response_sample.json"));
        var none = await Trade.ImportAsync("comtrade-v1", await SharedData.ReadAsync("trade", "comtrade_v1", "comtrade_api_error_sample.json"));
        var list = await Trade.ImportAsync("comtrade-v1", await SharedData.ReadAsync("trade", "comtrade_v1", "comtrade_api_bulk_list_sample.json"));

        ComtradeImportTests.Counts(four).ShouldBe(("completed", 4, 4, 0, 4, 0, 0));
        ComtradeImportTests.Counts(none).ShouldBe(("rejected", 0, 0, 0, -1, -1, -1));
        none.GetProperty("error").GetProperty("detail").GetString()!.ShouldContain("holds no row"); // that there is none is told as that
        TradeService.State(list).ShouldBe("rejected"); // a list of files to download holds no flows
    }
}
