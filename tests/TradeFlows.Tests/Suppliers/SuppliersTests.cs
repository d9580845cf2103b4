using System.Net;
using System.Text.Json;
using Chokepoint.TradeFlows.Profiles;
using Npgsql;

namespace Chokepoint.TradeFlows.Tests.Suppliers;

public sealed class SuppliersTests(TradeService trade) : TradeTests(trade)
{
    [Fact]
    public async Task Shares_are_of_the_reported_total_and_both_bounds_of_the_residual_are_shown()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Gallium);

        var answer = await Trade.GetAsync("suppliers?importer=USA&mineral=gallium&year=2023");

        answer.GetProperty("suppliers").EnumerateArray().Select(s => (s.GetProperty("supplier").GetString(), Math.Round(s.GetProperty("share").GetDouble(), 6)))
            .ShouldBe([("CHN", 0.6), ("CAN", 0.3)]);
        answer.GetProperty("residual").GetDouble().ShouldBe(0.1, 1e-9);
        answer.GetProperty("hhiLow").GetDouble().ShouldBe(4500, 1e-6);
        answer.GetProperty("hhiHigh").GetDouble().ShouldBe(4600, 1e-6);
        answer.GetProperty("basis").GetString().ShouldBe("netWeight");
        answer.GetProperty("sources")[0].GetProperty("name").GetString().ShouldBe("UN Comtrade");
    }

    [Fact]
    public async Task A_basket_is_marked_and_says_which_minerals_it_pools()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Gallium);

        var answer = await Trade.GetAsync("suppliers?importer=USA&mineral=gallium&year=2023");

        answer.GetProperty("isBasket").GetBoolean().ShouldBeTrue();
        answer.GetProperty("note").GetString()!.ShouldContain("HS 811292 pools gallium, germanium, indium");
        answer.GetProperty("hsCodes")[0].GetProperty("hs").GetString().ShouldBe("811292");
    }

    [Fact]
    public async Task Ore_and_metal_are_separate_stages_and_a_code_of_its_own_is_no_basket()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(
            Samples.Row("260300", 152, 500, 100, period: "2015"), Samples.Row("740311", 124, 200, 900, period: "2015")));

        var answer = await Trade.GetAsync("suppliers?importer=USA&mineral=copper&year=2015");

        answer.GetProperty("stage").GetString().ShouldBe("processing");
        answer.GetProperty("isBasket").GetBoolean().ShouldBeFalse();
        answer.GetProperty("stages").EnumerateArray()
            .Select(s => (s.GetProperty("stage").GetString(), s.GetProperty("suppliers")[0].GetProperty("supplier").GetString()))
            .ShouldBe([("extraction", "CHL"), ("processing", "CAN")]);
        answer.GetProperty("totalIsReported").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Comtrade_s_own_numbers_become_economies_and_what_is_none_stays_in_the_residual()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(
            Samples.Row("811020", 0, 100, 10, reporter: 251, period: "2014"), Samples.Row("811020", 757, 20, 2, reporter: 251, period: "2014"),
            Samples.Row("811020", 579, 20, 2, reporter: 251, period: "2014"), Samples.Row("811020", 699, 20, 2, reporter: 251, period: "2014"),
            Samples.Row("811020", 490, 20, 2, reporter: 251, period: "2014"), Samples.Row("811020", 899, 20, 2, reporter: 251, period: "2014"),
            Samples.Row("811020", 842, 7, 1, reporter: 251, period: "2014", transport: "2100")));

        var answer = await Trade.GetAsync("suppliers?importer=FRA&mineral=antimony&year=2014");

        answer.GetProperty("suppliers").EnumerateArray().Select(s => s.GetProperty("supplier").GetString()).Order(StringComparer.Ordinal)
            .ShouldBe(["CHE", "IND", "NOR", "TWN"]);
        answer.GetProperty("residual").GetDouble().ShouldBe(0.2, 1e-9);
    }

    [Fact]
    public async Task True_m49_numbers_are_the_economies_that_comtrade_counts_under_others_and_neither_is_counted_twice()
    {
        int[] numbers = [840, 756, 578, 158, 356, 842];
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(numbers.Select(number => Samples.Row("811020", number, 20, 2, reporter: 250, period: "2014"))));
        await Trade.ImportAsync("baci", "t,i,j,k,v,q\n2015,840,250,811020,1,1\n");

        var answer = await Trade.GetAsync("suppliers?importer=FRA&mineral=antimony&year=2014");

        answer.GetProperty("suppliers").EnumerateArray().Select(s => (s.GetProperty("supplier").GetString(), s.GetProperty("share").GetDouble()))
            .ShouldBe([("CHE", 0.2), ("IND", 0.2), ("NOR", 0.2), ("TWN", 0.2), ("USA", 0.2)]);
        (await Trade.GetAsync("suppliers?importer=FRA&mineral=antimony&year=2015")).GetProperty("suppliers")[0].GetProperty("supplier").GetString().ShouldBe("USA");
    }

    [Theory]
    [InlineData("importer=XXX&mineral=gallium&year=2023", HttpStatusCode.UnprocessableEntity, "/importer")]
    [InlineData("importer=USA&mineral=unobtainium&year=2023", HttpStatusCode.UnprocessableEntity, "/mineral")]
    [InlineData("importer=USA&mineral=gallium&year=soon", HttpStatusCode.UnprocessableEntity, "/year")]
    [InlineData("importer=USA&mineral=gallium&year=1963", HttpStatusCode.NotFound, null)]
    public async Task A_question_that_cannot_be_answered_says_why(string query, HttpStatusCode status, string? field)
    {
        using var response = await Trade.Client.GetAsync("/api/trade/suppliers?" + query);

        response.StatusCode.ShouldBe(status);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        if (field is not null) problem.GetProperty("errors").TryGetProperty(field, out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Flows_are_listed_page_by_page_as_reported()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(
            Samples.Row("283691", 152, 5, 50, period: "2011"), Samples.Row("283691", 32, 3, 30, period: "2011"), Samples.Row("283691", 0, 8, 80, period: "2011"),
            Samples.Row("283691", 156, 1, 10, period: "2011", flow: "X")));

        var first = await Trade.GetAsync("flows?importer=USA&mineral=lithium&from=2011&to=2011&limit=2");
        var second = await Trade.GetAsync($"flows?importer=USA&mineral=lithium&from=2011&to=2011&limit=2&cursor={first.GetProperty("nextCursor").GetString()}");

        var exporters = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(f => f.GetProperty("exporter").GetString());
        exporters.ShouldBe(["WLD", "ARG", "CHL"]);
        second.GetProperty("nextCursor").ValueKind.ShouldBe(JsonValueKind.Null);
        (await Trade.GetAsync("flows?exporter=USA&mineral=lithium&from=2011")).GetProperty("items")[0].GetProperty("importer").GetString().ShouldBe("CHN");
    }

    [Theory]
    [InlineData("natural-graphite", "250410", 1)]
    [InlineData("natural-graphite", "2504", 1)]
    [InlineData("gallium", "250410", 0)]
    public async Task Flows_asked_for_by_mineral_and_code_are_those_of_both(string mineral, string hs, int flows)
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(Samples.Row("250410", 156, 5, 50), Samples.Row("811292", 156, 5, 50)));

        (await Trade.GetAsync($"flows?importer=USA&mineral={mineral}&hs={hs}")).GetProperty("items").GetArrayLength().ShouldBe(flows);
    }

    [Fact]
    public async Task An_import_announces_each_profile_it_changed_and_only_those()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(Samples.Row("261710", 68, 10, 1, period: "2012"), Samples.Row("261710", 76, 10, 1, period: "2013")));
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(Samples.Row("261710", 68, 10, 1, period: "2012"), Samples.Row("261710", 76, 99, 1, period: "2013")));

        (await Trade.QueryAsync<long>("SELECT version FROM supply_profiles WHERE importer = 'USA' AND mineral = 'antimony' AND period = 201200")).ShouldBe(1);
        (await Trade.QueryAsync<long>("SELECT version FROM supply_profiles WHERE importer = 'USA' AND mineral = 'antimony' AND period = 201300")).ShouldBe(2);
    }

    [Fact]
    public async Task A_figure_that_moved_by_less_than_matters_is_not_announced()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(Samples.Row("261710", 68, 1000, 1000), Samples.Row("261710", 76, 1000, 1000)));
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(Samples.Row("261710", 68, 1003, 1003)));

        (await Trade.QueryAsync<double>("SELECT net_kg FROM flows WHERE partner = 68")).ShouldBe(1003);
        (await Trade.AnnouncedAsync("USA", "antimony", "2023")).ShouldBe(1);
    }

    [Fact]
    public async Task A_year_s_question_reads_that_year_s_tables_alone()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(Enumerable.Range(2019, 5).Select(year => Samples.Row("250410", 156, 10, 10, period: $"{year}"))));
        await using var connection = await Trade.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var sources = await ReportedFlows.SourcesAsync(connection, CancellationToken.None);
        var before = await ScansAsync(); // what this session did before may not have been handed on yet

        (await ReportedFlows.OfYearAndMonthsAsync(connection, 842, 2021, ["250410"], sources, CancellationToken.None)).ShouldHaveSingleItem();
        await ReportedFlows.ToImporterAsync(connection, 842, 2021, ["250410"], sources, CancellationToken.None);
        await MonthlyFlows.ReportedInYearAsync(connection, [842], 2021, ["250410"], sources, CancellationToken.None);

        (await ScansAsync()).Except(before).Select(table => table.Key).ShouldBe([$"flows_{sources[0].Id}_2021"]);

        async Task<Dictionary<string, long>> ScansAsync()
        {
            await using var command = new NpgsqlCommand(
                "SELECT relname::text, coalesce(seq_scan, 0) + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables WHERE relname LIKE 'flows%'", connection);
            await using var row = await command.ExecuteReaderAsync();
            var scans = new Dictionary<string, long>(StringComparer.Ordinal);
            while (await row.ReadAsync()) scans.Add(row.GetString(0), row.GetInt64(1));
            return scans;
        }
    }

    [Fact]
    public async Task The_exporter_s_side_stands_beside_the_importer_s_with_the_gap_between_them()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(
            Samples.Row("250410", 0, 1000, 100), Samples.Row("250410", 156, 900, 90), Samples.Row("250410", 124, 100, 10),
            Samples.Row("250410", 842, 1200, 80, reporter: 156, flow: "X"), Samples.Row("250410", 842, 7, 1, reporter: 484, flow: "X")));

        var answer = await Trade.GetAsync("suppliers?importer=USA&mineral=natural-graphite&year=2023");

        var mirror = answer.GetProperty("mirror").EnumerateArray().ToList();
        mirror.Select(m => m.GetProperty("supplier").GetString()).ShouldBe(["CHN", "MEX"]);
        mirror[0].GetProperty("netWeightKg").GetDouble().ShouldBe(1200);
        mirror[0].GetProperty("importerNetWeightKg").GetDouble().ShouldBe(900);
        mirror[0].GetProperty("gapKg").GetDouble().ShouldBe(-300);
        mirror[0].GetProperty("gap").GetDouble().ShouldBe(-0.25);
        mirror[1].GetProperty("gapKg").ValueKind.ShouldBe(JsonValueKind.Null);
        answer.GetProperty("suppliers").GetArrayLength().ShouldBe(2);
        answer.GetProperty("suppliers")[0].GetProperty("unitValueUsdPerKg").GetDouble().ShouldBe(0.1, 1e-12);
    }

    [Fact]
    public async Task Months_of_an_exporter_stand_beside_a_year_without_a_gap_and_are_not_hidden_by_another_exporter_s_year()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(
            Samples.Row("250410", 156, 900, 90), Samples.Row("250410", 392, 50, 5),
            Samples.Row("250410", 842, 300, 80, reporter: 156, flow: "X", period: "202301"), Samples.Row("250410", 842, 100, 80, reporter: 156, flow: "X", period: "202302"),
            Samples.Row("250410", 842, 40, 4, reporter: 392, flow: "X"),
            Samples.Row("250410", 410, 300, 80, reporter: 156, flow: "X", period: "202301"), Samples.Row("250410", 410, 100, 4, reporter: 392, flow: "X")));

        var mirror = (await Trade.GetAsync("suppliers?importer=USA&mineral=natural-graphite&year=2023")).GetProperty("mirror").EnumerateArray().ToList();
        mirror.Select(m => (m.GetProperty("supplier").GetString(), m.GetProperty("months").GetInt32(), m.GetProperty("gapKg").ValueKind is JsonValueKind.Null))
            .ShouldBe([("CHN", 2, true), ("JPN", 12, false)]);
        (await Trade.GetAsync("suppliers?importer=KOR&mineral=natural-graphite&year=2023")).GetProperty("suppliers").EnumerateArray()
            .Select(s => s.GetProperty("supplier").GetString()).ShouldBe(["CHN", "JPN"]);
    }

    [Fact]
    public async Task A_month_in_which_an_exporter_shipped_to_others_alone_is_one_that_it_reported()
    {
        IEnumerable<string> Shipped(int importer, params IEnumerable<int> months) =>
            months.Select(m => Samples.Row("250410", importer, 10, 10, reporter: 156, flow: "X", period: $"2023{m:00}"));
        await Trade.ImportAsync("comtrade-v1", Samples.Csv([
            Samples.Row("250410", 156, 100, 10), .. Shipped(842, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12), .. Shipped(410, 5)]));

        var mirror = (await Trade.GetAsync("suppliers?importer=USA&mineral=natural-graphite&year=2023")).GetProperty("mirror")[0];

        (mirror.GetProperty("months").GetInt32(), mirror.GetProperty("netWeightKg").GetDouble(), mirror.GetProperty("gapKg").GetDouble()).ShouldBe((12, 110, -10));
    }

    [Fact]
    public async Task The_months_of_a_year_are_counted_in_the_source_that_tells_it_alone()
    {
        const string Desk = "&frequency=monthly&period=period&partner=partner&hs=hs&value=usd&weight=kg";
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(
            Samples.Row("250410", 156, 10, 10, period: "202301"), Samples.Row("250410", 156, 10, 10, period: "202302"), Samples.Row("250410", 410, 10, 10, reporter: 156, flow: "X")));
        await Trade.ImportAsync("csv&source=desk&reporter=USA&direction=import" + Desk, "period,partner,hs,usd,kg\n2023-03,China,250410,10,10\n");
        await Trade.ImportAsync("csv&source=desk&reporter=JPN&direction=export" + Desk, "period,partner,hs,usd,kg\n2023-03,South Korea,250410,10,10\n");

        (await MonthsAsync("USA")).ShouldBe(2);
        (await MonthsAsync("KOR")).ShouldBe(12, "what the desk has of Japan's exports is no part of the year that UN Comtrade tells");

        async Task<int> MonthsAsync(string importer) =>
            (await Trade.GetAsync($"suppliers?importer={importer}&mineral=natural-graphite&year=2023")).GetProperty("sources")[0].GetProperty("months").GetInt32();
    }

    [Fact]
    public async Task An_importer_that_reports_nothing_is_answered_by_its_suppliers_and_told_so()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(Samples.Row("250410", 842, 1200, 80, reporter: 156, flow: "X")));

        var answer = await Trade.GetAsync("suppliers?importer=USA&mineral=natural-graphite&year=2023");

        answer.GetProperty("isMirror").GetBoolean().ShouldBeTrue();
        answer.GetProperty("totalIsReported").GetBoolean().ShouldBeFalse();
        answer.GetProperty("sources")[0].GetProperty("name").GetString()!.ShouldContain("exporters' reports");
    }

    [Fact]
    public async Task Import_reliance_is_the_published_one_of_that_year_else_computed_from_production_else_unknown()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(
            Samples.Row("250410", 156, 900, 90), Samples.Row("250410", 156, 900, 90, period: "1999"),
            Samples.Row("740311", 152, 3e9, 90, reporter: 156, period: "2023"), Samples.Row("740311", 0, 3e8, 9, reporter: 156, period: "2023", flow: "X")));

        var published = (await Trade.GetAsync("suppliers?importer=USA&mineral=natural-graphite&year=2023")).GetProperty("importReliance");
        published.GetProperty("method").GetString().ShouldBe("published");
        published.GetProperty("percent").GetDouble().ShouldBe(100);
        published.GetProperty("sources")[0].GetString()!.ShouldContain("USGS");
        (await Trade.GetAsync("suppliers?importer=USA&mineral=natural-graphite&year=1999")).GetProperty("importReliance").ValueKind.ShouldBe(JsonValueKind.Null);

        var made = Chokepoint.Reference.Figures.Shipped.Of(Chokepoint.Reference.FigureKind.Production, "copper", Chokepoint.Contracts.Stage.Processing, "CHN")
            .First(f => f.Year == 2023 && f is { Form: null, Operator: null });
        var computed = (await Trade.GetAsync("suppliers?importer=CHN&mineral=copper&year=2023")).GetProperty("importReliance");
        computed.GetProperty("method").GetString().ShouldBe("computed");
        made.Unit.ShouldBe("thousand metric tons");
        computed.GetProperty("percent").GetDouble().ShouldBe(100 * 2.7e9 / (made.Value!.Value * 1e6 + 2.7e9), 1e-6);
    }

    [Theory]
    [InlineData("H4")]
    [InlineData("H5")]
    public async Task A_code_that_hs_2022_split_is_the_same_mineral_s_in_the_revisions_before(string revision)
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(Samples.Row("810600", 156, 10, 1, period: "2019", classification: revision)));

        var answer = await Trade.GetAsync("suppliers?importer=USA&mineral=bismuth&year=2019");

        answer.GetProperty("isBasket").GetBoolean().ShouldBeFalse();
        answer.GetProperty("hsCodes")[0].GetProperty("successors").EnumerateArray().Select(c => c.GetString()).ShouldBe(["810610", "810690"]);
        (await Trade.GetAsync("flows?importer=USA&mineral=bismuth")).GetProperty("items")[0].GetProperty("hs").GetString().ShouldBe("810600");
    }
}
