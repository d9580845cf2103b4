using System.Globalization;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing.Files;

namespace Chokepoint.TradeFlows.Tests.Imports;

/// <summary>
/// The files as the world published them, where they are at hand beside the repository: what is stored must be what another reader counts
/// and adds up in the file.
/// </summary>
public sealed class RealFilesTests(TradeService trade) : TradeTests(trade)
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    [Theory]
    [InlineData("comtrade-v1", "comtrade_v1/gallium_trade_data.csv", 40)]
    [InlineData("comtrade-v1", "comtrade_v1/graphite_trade_data.csv", 80)]
    [InlineData("comtrade-v1", "comtrade_v1/heavy_ree_trade_data.csv", 80)]
    [InlineData("comtrade-v1", "comtrade_v1/lithium_trade_data.csv", 175)]
    [InlineData("comtrade-plus", "comtradeplus/TradeData_7_29_2024_10_39_30.csv", 243)]
    [InlineData("comtrade-v1", "comtrade_v1/comtrade_api_v1_get_response_sample.json", 4)]
    public async Task Comtrade_files_import_whole(string format, string path, int rows)
    {
        var file = await SharedData.ReadAsync(["data", "trade", .. path.Split('/')]);
        var text = Encoding.UTF8.GetString(file);
        var read = path.EndsWith(".json", StringComparison.Ordinal)
            ? JsonDocument.Parse(text).RootElement.GetProperty("data").EnumerateArray()
                .Select(e => e.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString(), StringComparer.OrdinalIgnoreCase)).ToList()
            : [.. CsvRows.Read(text).Select(row => new Dictionary<string, string>(row, StringComparer.OrdinalIgnoreCase))];

        await ImportsAsync(format, file, rows, read.Select(row => new Row(
            row["period"].PadRight(6, '0'), row["cmdCode"], int.Parse(row["reporterCode"], Invariant), row["flowCode"] == "M" ? 1 : 2, int.Parse(row["partnerCode"], Invariant),
            // A weight of 0 beside a value is UN Comtrade's way to say that it is not known.
            Number(row["netWgt"]) is 0 && Number(row["primaryValue"]) > 0 ? null : Number(row["netWgt"]), Number(row["primaryValue"]))));
    }

    [Fact]
    public async Task China_s_monthly_exports_import_whole()
    {
        var file = await SharedData.ReadAsync("data", "trade", "china_monthly", "deep_dive_hs6_monthly.csv");
        var read = CsvRows.Read(Encoding.UTF8.GetString(file));

        await ImportsAsync("csv&source=China%20customs%20monthly" + OtherFormatsTests.Mapping, file, 6442, read.Select(row => new Row(
            row["period_dt"].Replace("-", "", StringComparison.Ordinal)[..6], row["hs6"], 156, 2, null, Number(row["qty"]) is 0 && Number(row["val"]) > 0 ? null : Number(row["qty"]), Number(row["val"]))));
        (await Trade.QueryAsync<long>("SELECT count(DISTINCT partner) FROM flows")).ShouldBe(read.Select(row => row["partner_name"]).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task The_united_states_bought_35970_kg_under_811292_from_China_in_2020()
    {
        await Trade.ImportAsync("comtrade-v1", await SharedData.ReadAsync("data", "trade", "comtrade_v1", "gallium_trade_data.csv"));

        var flows = await Trade.GetAsync("flows?importer=USA&exporter=CHN&hs=811292&from=2020&to=2020");
        var import = flows.GetProperty("items").EnumerateArray().Single(f => f.GetProperty("direction").GetString() == "import");

        import.GetProperty("netWeightKg").GetDouble().ShouldBe(35_970);
        import.GetProperty("valueUsd").GetDouble().ShouldBe(12_636_598);
    }

    [Fact]
    public async Task What_the_api_answers_without_flows_is_refused_and_says_so()
    {
        var none = await Trade.ImportAsync("comtrade-v1", await SharedData.ReadAsync("data", "trade", "comtrade_v1", "comtrade_api_error_sample.json"));
        var list = await Trade.ImportAsync("comtrade-v1", await SharedData.ReadAsync("data", "trade", "comtrade_v1", "comtrade_api_bulk_list_sample.json"));

        ComtradeImportTests.Counts(none).ShouldBe(("rejected", 0, 0, 0, -1, -1, -1));
        none.GetProperty("error").GetProperty("detail").GetString()!.ShouldContain("holds no row"); // that there is none is told as that
        TradeService.State(list).ShouldBe("rejected"); // a list of files to download holds no flows
    }

    /// <summary>Imports a file twice, the second time to no effect, and holds what is stored against what was read, line by line of the tariff.</summary>
    private async Task ImportsAsync(string format, byte[] file, int rows, IEnumerable<Row> read)
    {
        var job = await Trade.ImportAsync(format, file);
        var again = await Trade.ImportAsync(format, file);

        ComtradeImportTests.Counts(job).ShouldBe(("completed", rows, rows, 0, rows, 0, 0));
        ComtradeImportTests.Counts(again).ShouldBe(("completed", rows, rows, 0, 0, 0, rows));
        var byPartner = true;
        var expected = read.GroupBy(r =>
        {
            byPartner &= r.Partner is not null;
            return r with { Kg = null, Usd = null };
        }).Select(g => Held(g.Key, g.Count(), g.Count(r => r.Kg is not null), g.Sum(r => r.Kg ?? 0), g.Sum(r => r.Usd ?? 0))).ToList();
        (await StoredAsync(byPartner)).ShouldBe(expected, ignoreOrder: true);
    }

    private async Task<List<string>> StoredAsync(bool byPartner)
    {
        await using var command = Trade.Database.CreateCommand($"""
            SELECT period, hs, reporter, direction, {(byPartner ? "partner" : "NULL::smallint")} AS partner, count(*), count(net_kg), coalesce(sum(net_kg), 0), coalesce(sum(value_usd), 0)
            FROM flows GROUP BY 1, 2, 3, 4, 5
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var stored = new List<string>();
        while (await reader.ReadAsync())
        {
            var row = new Row(
                reader.GetInt32(0).ToString(Invariant), reader.GetString(1), reader.GetInt16(2), reader.GetInt16(3), reader.IsDBNull(4) ? null : reader.GetInt16(4), null, null);
            stored.Add(Held(row, reader.GetInt64(5), reader.GetInt64(6), reader.GetDouble(7), reader.GetDouble(8)));
        }
        return stored;
    }

    private static string Held(Row line, long rows, long weights, double kg, double usd) =>
        string.Create(Invariant, $"{line.Period} {line.Hs} {line.Reporter} {line.Direction} {line.Partner}: {rows} rows, {weights} weights, {kg:G10} kg, {usd:G10} USD");

    private static double? Number(string text) => text.Length == 0 ? null : double.Parse(text, Invariant);

    /// <param name="Partner">Null where the file names it in words.</param>
    private sealed record Row(string Period, string Hs, int Reporter, int Direction, int? Partner, double? Kg, double? Usd);
}
