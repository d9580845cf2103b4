using System.Globalization;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Testing;

namespace Chokepoint.TradeFlows.Tests.Collapses;

/// <summary>Flows that fall out of their own noise, and come back: found, dated, announced, and shown beside what may explain them.</summary>
public sealed class CollapseTests(TradeService trade) : TradeTests(trade)
{
    private const int World = 0, China = 156, Japan = 392, Korea = 410, Usa = 842, Canada = 124;
    private const string Graphite = "250410", OtherGraphite = "250490", Artificial = "380110", Basket = "811292";

    [Fact]
    public async Task A_fall_is_announced_with_its_month_size_and_supplier_and_so_is_its_end()
    {
        await ImportAsync([.. Steady(30, Graphite, Japan), Month(30, Graphite, Japan, 50_000)]);
        var fallen = await ProfileAsync("JPN", "natural-graphite", 202307);

        fallen.GetProperty("collapse").GetBoolean().ShouldBeTrue();
        var flow = fallen.GetProperty("flows").EnumerateArray().Single();
        flow.GetProperty("supplier").GetString().ShouldBe("CHN");
        flow.GetProperty("since").GetString().ShouldBe("2023-07");
        flow.GetProperty("baselineKg").GetDouble().ShouldBe(1_050_000);
        flow.GetProperty("fall").GetDouble().ShouldBe(1 - 50_000 / 1_050_000.0, 1e-9);

        await ImportAsync([Month(31, Graphite, Japan, 60_000), Month(32, Graphite, Japan, 900_000)]);
        var back = await ProfileAsync("JPN", "natural-graphite", 202309);

        back.GetProperty("collapse").GetBoolean().ShouldBeFalse();
        back.GetProperty("flows")[0].GetProperty("fall").GetDouble().ShouldBe(0);
        var shown = (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").EnumerateArray().Single();
        shown.GetProperty("period").GetString().ShouldBe("2023-07");
        shown.GetProperty("recoveredIn").GetString().ShouldBe("2023-09");
    }

    [Fact]
    public async Task Of_all_the_months_in_a_file_only_the_newest_and_the_breaks_are_announced()
    {
        await ImportAsync([.. Steady(30, Graphite, Japan), Month(30, Graphite, Japan, 50_000), Month(31, Graphite, Japan, 60_000), Month(32, Graphite, Japan, 70_000)]);

        (await Trade.QueryAsync<int[]>("SELECT array_agg(period ORDER BY period) FROM supply_profiles")).ShouldBe([202307, 202309]);
    }

    [Fact]
    public async Task A_supplier_that_is_left_out_of_a_month_its_own_report_has_shipped_nothing()
    {
        await ImportAsync([.. Steady(30, Graphite, Japan), .. Steady(31, Graphite, Korea)]);

        var flows = (await ProfileAsync("JPN", "natural-graphite", 202307)).GetProperty("flows");
        flows[0].GetProperty("netKg").GetDouble().ShouldBe(0);
        flows[0].GetProperty("fall").GetDouble().ShouldBe(1);
        (await ProfileAsync("KOR", "natural-graphite", 202307)).GetProperty("collapse").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_basket_that_falls_is_no_claim_about_any_of_its_metals()
    {
        await ImportAsync([.. Steady(30, Basket, Japan), Month(30, Basket, Japan, 1)]);

        (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await Trade.QueryAsync<long>("SELECT count(*) FROM supply_profiles")).ShouldBe(0);
    }

    [Fact]
    public async Task A_correction_that_undoes_a_fall_is_announced_as_one()
    {
        await ImportAsync([.. Steady(30, Graphite, Japan), Month(30, Graphite, Japan, 50_000), Month(31, Graphite, Japan, 1_000_000)]);
        (await ProfileAsync("JPN", "natural-graphite", 202307)).GetProperty("collapse").GetBoolean().ShouldBeTrue();

        await ImportAsync([Month(30, Graphite, Japan, 1_050_000)]);

        var corrected = await ProfileAsync("JPN", "natural-graphite", 202307);
        corrected.GetProperty("collapse").GetBoolean().ShouldBeFalse();
        corrected.GetProperty("version").GetInt64().ShouldBe(2);
    }

    [Fact]
    public async Task A_collapse_is_shown_beside_the_measure_that_may_explain_it_and_no_other()
    {
        await ImportAsync([.. Steady(30, Graphite, Japan), Month(30, Graphite, Japan, 50_000)]);
        await Trade.PublishAsync(Licence("2023-39", "natural-graphite", new DateOnly(2023, 7, 1)));
        await Trade.PublishAsync(Licence("2023-23", "gallium", new DateOnly(2023, 7, 1)));
        await Trade.PublishAsync(Licence("2019-1", "natural-graphite", new DateOnly(2019, 1, 1)));
        await Trade.PublishAsync(Licence("2023-99", "natural-graphite", new DateOnly(2023, 8, 1)));
        await Eventually.IsTrueAsync(async () => await Trade.QueryAsync<long>("SELECT count(*) FROM measures") == 4, TimeSpan.FromSeconds(60));

        var collapse = (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").EnumerateArray().Single();

        var measure = collapse.GetProperty("measures").EnumerateArray().Single();
        measure.GetProperty("documentNumber").GetString().ShouldBe("2023-39");
        measure.GetProperty("inForceSince").GetString().ShouldBe("2023-07-01");
        measure.GetProperty("measure").GetString().ShouldBe("licensing");
    }

    [Fact]
    public async Task A_collapse_is_announced_with_the_measure_that_may_explain_it_to_the_importer_it_hits()
    {
        await Trade.PublishAsync(Licence("2023-39", "natural-graphite", new DateOnly(2023, 7, 1)));
        await Trade.PublishAsync(Licence("2023-40", "natural-graphite", new DateOnly(2023, 6, 1)) with { Destinations = ["KOR"] });
        await Trade.PublishAsync(Licence("2023-41", "natural-graphite", new DateOnly(2023, 7, 1)) with { Issuer = "RUS" });
        await Eventually.IsTrueAsync(async () => await Trade.QueryAsync<long>("SELECT count(*) FROM measures") == 3, TimeSpan.FromSeconds(60));

        await ImportAsync([.. Steady(30, Graphite, Japan), Month(30, Graphite, Japan, 50_000), .. Steady(30, Graphite, Korea), Month(30, Graphite, Korea, 1_000_000)]);

        var flow = (await ProfileAsync("JPN", "natural-graphite", 202307)).GetProperty("flows")[0];
        var measure = flow.GetProperty("measures").EnumerateArray().Single();
        (measure.GetProperty("issuer").GetString(), measure.GetProperty("documentNumber").GetString(), measure.GetProperty("clause").GetString()).ShouldBe(("CHN", "2023-39", "1"));
        (measure.GetProperty("measure").GetString(), measure.GetProperty("inForceSince").GetString()).ShouldBe(("licensing", "2023-07-01"));
        (await ProfileAsync("KOR", "natural-graphite", 202307)).GetProperty("flows")[0].GetProperty("measures").ValueKind.ShouldBe(JsonValueKind.Null, "its flow did not break");
    }

    [Fact]
    public async Task A_collapse_is_announced_again_once_when_the_notice_that_may_explain_it_comes_after_it()
    {
        await ImportAsync([.. Steady(30, Graphite, Japan), Month(30, Graphite, Japan, 50_000), .. Steady(30, Graphite, Korea), Month(30, Graphite, Korea, 1_000_000)]);
        (await MeasuresAsync()).ShouldBeEmpty();
        var notice = Licence("2023-39", "natural-graphite", new DateOnly(2023, 7, 1));
        await Trade.PublishAsync(Licence("2023-23", "gallium", new DateOnly(2023, 7, 1)));
        await Trade.PublishAsync(notice);

        await Eventually.BecomesAsync(MeasuresAsync, m => m is ["2023-39"], TimeSpan.FromSeconds(60));
        (await Trade.AnnouncedAsync("JPN", "natural-graphite", "2023-07")).ShouldBe(2);
        (await Trade.AnnouncedAsync("KOR", "natural-graphite", "2023-07")).ShouldBe(1, "its flow did not break");

        // What changes nothing of the explanation is not told: another version of the clause, a file that comes again.
        await Trade.PublishAsync(notice with { EventId = Guid.CreateVersion7(), Version = 2, Title = "The same, its title mended" });
        await Eventually.IsTrueAsync(async () => await Trade.QueryAsync<long>("SELECT max(version) FROM measures") == 2, TimeSpan.FromSeconds(60));
        await ImportAsync([Month(30, Graphite, Japan, 50_000)]);
        (await Trade.AnnouncedAsync("JPN", "natural-graphite", "2023-07")).ShouldBe(2);

        // A correction that takes the explanation away is told, as the collapse without it.
        await Trade.PublishAsync(notice with { EventId = Guid.CreateVersion7(), Version = 3, Minerals = ["tungsten"] });
        await Eventually.BecomesAsync(MeasuresAsync, m => m.Length == 0, TimeSpan.FromSeconds(60));
        (await Trade.AnnouncedAsync("JPN", "natural-graphite", "2023-07")).ShouldBe(3);

        async Task<string?[]> MeasuresAsync() =>
            [.. (await ProfileAsync("JPN", "natural-graphite", 202307)).GetProperty("flows")[0].GetProperty("measures").EnumerateArray().Select(m => m.GetProperty("documentNumber").GetString())];
    }

    [Fact]
    public async Task A_flow_that_stood_still_for_so_long_that_its_median_is_nothing_has_recovered_when_it_is_back()
    {
        await ImportAsync([.. Steady(24, Graphite, Japan), .. Enumerable.Range(24, 7).Select(i => Month(i, Graphite, Japan, 0)), Month(31, Graphite, Japan, 1_000_000)]);

        var shown = (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").EnumerateArray().Single();
        (shown.GetProperty("period").GetString(), shown.GetProperty("recoveredIn").GetString()).ShouldBe(("2023-01", "2023-08"));
        var back = await ProfileAsync("JPN", "natural-graphite", 202308);
        back.GetProperty("collapse").GetBoolean().ShouldBeFalse();
        back.GetProperty("flows")[0].GetProperty("baselineKg").GetDouble().ShouldBe(1_040_000, "the median before the break");
    }

    [Fact]
    public async Task A_flow_that_is_back_for_a_month_and_stops_again_has_collapsed_again()
    {
        await ImportAsync([
            .. Steady(24, Graphite, Japan), .. Enumerable.Range(24, 7).Select(i => Month(i, Graphite, Japan, 0)), Month(31, Graphite, Japan, 1_000_000),
            Month(32, Graphite, Japan, 0), Month(33, Graphite, Japan, 0)]);

        (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").EnumerateArray()
            .Select(c => (c.GetProperty("period").GetString(), c.GetProperty("recoveredIn").GetString())).ShouldBe([("2023-09", null), ("2023-01", "2023-08")]);
        var newest = (await ProfileAsync("JPN", "natural-graphite", 202310)).GetProperty("flows")[0];
        (newest.GetProperty("since").GetString(), newest.GetProperty("fall").GetDouble(), newest.GetProperty("baselineKg").GetDouble()).ShouldBe(("2023-09", 1, 1_040_000));
    }

    [Fact]
    public async Task Months_after_the_importer_s_newest_are_told_by_its_suppliers_reports_until_its_own_come()
    {
        // Ten times what the supplier reports: the change of side must not look like a fall.
        await ImportAsync(Enumerable.Range(0, 28).Select(i => Bought(i, 10_000_000 + 200_000 * (i % 5))));
        await ImportAsync([.. Steady(35, Graphite, Usa), Month(35, Graphite, Usa, 50_000)]);

        var newest = await ProfileAsync("USA", "natural-graphite", 202304);
        (newest.GetProperty("source").GetString(), newest.GetProperty("suppliers").GetArrayLength()).ShouldBe(("UN Comtrade", 1));
        var fallen = await ProfileAsync("USA", "natural-graphite", 202312);
        (fallen.GetProperty("source").GetString(), fallen.GetProperty("collapse").GetBoolean(), fallen.GetProperty("suppliers").GetArrayLength())
            .ShouldBe(("UN Comtrade, exporters' reports", true, 0));
        (await Trade.QueryAsync<long>("SELECT count(*) FROM supply_profiles WHERE (profile->>'collapse')::boolean")).ShouldBe(1);

        await ImportAsync([.. Enumerable.Range(28, 7).Select(i => Bought(i, 10_000_000)), Bought(35, 400_000)]);
        var own = await ProfileAsync("USA", "natural-graphite", 202312);
        (own.GetProperty("source").GetString(), own.GetProperty("collapse").GetBoolean(), own.GetProperty("suppliers").GetArrayLength()).ShouldBe(("UN Comtrade", true, 1));
    }

    [Fact]
    public async Task Months_after_a_source_s_newest_of_a_supplier_are_told_by_the_next_source_that_has_them()
    {
        await ImportAsync(Steady(28, Graphite, Japan));
        await ImportCsvAsync([.. Enumerable.Range(0, 35).Select(i => Line(i, Graphite, 1_000_000 + 20_000 * (i % 5))), Line(35, Graphite, 50_000)]);

        var fallen = await ProfileAsync("JPN", "natural-graphite", 202312);

        (fallen.GetProperty("source").GetString(), fallen.GetProperty("collapse").GetBoolean()).ShouldBe(("China customs, exporters' reports", true));
    }

    [Fact]
    public async Task A_stop_to_one_importer_is_announced_though_the_file_of_its_month_does_not_name_it()
    {
        await ImportCsvAsync([.. Lines(30, Graphite), .. Lines(30, Graphite, "South Korea")]);
        await ImportCsvAsync([Line(30, Graphite, 1_000_000, "South Korea")]);

        var flow = (await ProfileAsync("JPN", "natural-graphite", 202307)).GetProperty("flows")[0];
        (flow.GetProperty("netKg").GetDouble(), flow.GetProperty("fall").GetDouble()).ShouldBe((0, 1));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_month_s_file_of_some_partners_says_nothing_of_the_others(bool hasTotal, bool hasPartner)
    {
        string[] total = [Month(30, Graphite, World, 2_000_000)], partner = [Month(30, Graphite, Korea, 1_000_000)];
        await ImportAsync([.. Steady(30, Graphite, Japan), .. Steady(30, Graphite, Korea), .. Steady(30, Graphite, World, times: 2)]);
        await ImportAsync([.. hasTotal ? total : [], .. hasPartner ? partner : []]);

        (await CollapsesAsync()).ShouldBe(0);
        (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").GetArrayLength().ShouldBe(0);

        await ImportAsync([Month(30, Graphite, World, 1_000_000), .. partner]);
        (await ProfileAsync("JPN", "natural-graphite", 202307)).GetProperty("flows")[0].GetProperty("fall").GetDouble().ShouldBe(1, "the partners come to the whole");
        (await CollapsesAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_file_of_some_partners_says_nothing_of_a_code_that_it_lacks()
    {
        await ImportAsync([
            .. Steady(30, Graphite, Japan), .. Steady(30, Graphite, World), .. Steady(30, Artificial, Japan), .. Steady(30, Artificial, Korea),
            .. Steady(30, Artificial, World, times: 2)]);
        await TradeAsync("comtrade-v1&codes=250410,380110", Month(30, Artificial, Korea, 1_000_000));

        (await CollapsesAsync()).ShouldBe(0);
        (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").GetArrayLength().ShouldBe(0);

        await TradeAsync("comtrade-v1&codes=250410,380110", Month(30, Artificial, Korea, 1_000_000), Month(30, Artificial, World, 1_000_000));
        (await CollapsesAsync()).ShouldBe(2, "neither went to Japan");
    }

    [Fact]
    public async Task A_small_partner_has_not_stopped_where_what_the_list_leaves_of_the_total_may_be_its()
    {
        await ImportAsync([.. Steady(30, Graphite, Korea), .. Steady(30, Graphite, Japan, times: 0.02), .. Steady(30, Graphite, World, times: 1.02)]);
        await ImportAsync([Month(30, Graphite, Korea, 1_000_000), Month(30, Graphite, World, 1_020_000)]);
        (await CollapsesAsync()).ShouldBe(0);

        await ImportAsync([Month(30, Graphite, World, 1_000_000)]);
        (await CollapsesAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task An_importer_s_month_of_some_suppliers_says_nothing_of_the_others()
    {
        await ImportAsync(Enumerable.Range(0, 30).SelectMany(i => (string[])[
            Bought(i, 1_000_000 + 20_000 * (i % 5)), Bought(i, 500_000 + 10_000 * (i % 5), Canada), Bought(i, 1_500_000 + 30_000 * (i % 5), World)]));
        await ImportAsync([Bought(30, 1_000_000), Bought(30, 1_500_000, World)]);
        (await CollapsesAsync()).ShouldBe(0);

        await ImportAsync([Bought(30, 1_000_000, World)]);
        var flows = (await ProfileAsync("USA", "natural-graphite", 202307)).GetProperty("flows").EnumerateArray();
        flows.Select(f => (f.GetProperty("supplier").GetString(), f.GetProperty("fall").GetDouble())).ShouldBe([("CHN", 0), ("CAN", 1)]);
    }

    [Fact]
    public async Task A_month_that_is_reported_under_one_code_is_unknown_for_a_flow_under_another()
    {
        await ImportAsync(Steady(30, Graphite, Korea));
        await ImportAsync([.. Steady(30, OtherGraphite, Japan), .. Steady(30, OtherGraphite, Korea, times: 3)]);
        await TradeAsync("comtrade-v1&codes=250410", Month(30, Graphite, Korea, 1_000_000)); // the first part of a question that was divided
        (await CollapsesAsync()).ShouldBe(0);

        await TradeAsync("comtrade-v1&codes=250490", Month(30, OtherGraphite, Korea, 3_000_000));
        (await CollapsesAsync()).ShouldBe(1);
        (await ProfileAsync("JPN", "natural-graphite", 202307)).GetProperty("flows")[0].GetProperty("fall").GetDouble().ShouldBe(1);
    }

    [Fact]
    public async Task A_code_that_a_revision_split_has_not_stopped_and_its_flow_goes_on_under_those_that_came_of_it()
    {
        IEnumerable<string> Bismuth(string hs, int from, int months, int importer) => Enumerable.Range(from, months).Select(i => Month(i, hs, importer, 1_000_000 + 20_000 * (Math.Abs(i) % 5)));
        await ImportAsync([
            .. Bismuth("810600", -24, 36, Japan), .. Bismuth("810600", -24, 36, Korea),
            .. Bismuth("810690", 12, 9, Japan), .. Bismuth("810690", 12, 10, Korea), .. Bismuth("810610", 12, 10, Korea)]);

        (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").GetArrayLength().ShouldBe(0);
        var stopped = (await ProfileAsync("JPN", "bismuth", 202210)).GetProperty("flows")[0];
        (stopped.GetProperty("since").GetString(), stopped.GetProperty("fall").GetDouble()).ShouldBe(("2022-10", 1));
        (await CollapsesAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_stop_to_everyone_is_seen_in_the_months_that_the_file_has_of_other_codes()
    {
        await ImportCsvAsync([.. Lines(24, Graphite), .. Lines(30, Artificial)]);

        var shown = (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").EnumerateArray().Single();
        (shown.GetProperty("hs").GetString(), shown.GetProperty("period").GetString(), shown.GetProperty("netWeightKg").GetDouble()).ShouldBe((Graphite, "2023-01", 0));
        (await ProfileAsync("JPN", "natural-graphite", 202301)).GetProperty("flows")[0].GetProperty("fall").GetDouble().ShouldBe(1);
    }

    [Theory]
    [InlineData("&codes=250410,380110", 1)]
    [InlineData("&codes=380110", 0)]
    [InlineData("", 0)]
    public async Task A_stop_to_everyone_is_seen_where_an_answer_lacks_a_code_that_it_was_asked_for_and_only_there(string asked, int found)
    {
        await ImportAsync([.. Steady(30, Graphite, Japan), .. Steady(30, Artificial, Japan)]);
        await TradeAsync("comtrade-v1" + asked, Month(30, Artificial, Japan, 1_000_000));

        (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").GetArrayLength().ShouldBe(found);
        (await Trade.QueryAsync<long>("SELECT count(*) FROM supply_profiles WHERE mineral = 'natural-graphite' AND period = 202307 AND (profile->>'collapse')::boolean")).ShouldBe(found);
    }

    [Fact]
    public async Task A_file_of_one_code_says_nothing_of_another_s_months()
    {
        await ImportCsvAsync(Lines(24, Graphite));
        await ImportCsvAsync(Lines(30, Artificial));

        (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await Trade.QueryAsync<long>("SELECT count(*) FROM supply_profiles WHERE (profile->>'collapse')::boolean")).ShouldBe(0);
    }

    [Theory]
    [InlineData(100, false, 1)]
    [InlineData(500_000, false, 0)] // too much of the month to be left out: it is unknown, and the break a month that has no past
    [InlineData(500_000, true, 1)]
    public async Task A_partner_without_a_weight_does_not_hide_a_month_whose_weight_is_known_but_for_little(double value, bool total, int found)
    {
        var ofAll = total ? [Month(20, Graphite, 0, 1_500_000)] : Array.Empty<string>();
        var unweighed = Samples.Row(Graphite, Korea, null, value, reporter: China, period: "202209", flow: "X");

        await ImportAsync([.. Steady(30, Graphite, Japan), unweighed, .. ofAll, Month(30, Graphite, Japan, 50_000)]);

        (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").GetArrayLength().ShouldBe(found);
    }

    [Fact]
    public async Task Collapses_are_listed_page_by_page()
    {
        await ImportAsync([.. Steady(30, Graphite, Japan), Month(30, Graphite, Japan, 50_000), .. Steady(30, Artificial, Japan), Month(30, Artificial, Japan, 50_000)]);

        var first = await Trade.GetAsync("collapses?exporter=CHN&limit=1");
        var second = await Trade.GetAsync($"collapses?exporter=CHN&limit=1&cursor={first.GetProperty("nextCursor").GetString()}");

        first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(c => c.GetProperty("hs").GetString())
            .ShouldBe([Graphite, Artificial]);
        second.GetProperty("nextCursor").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    private Task ImportAsync(params IEnumerable<string> rows) => TradeAsync("comtrade-v1", rows);

    private async Task TradeAsync(string format, params IEnumerable<string> rows) =>
        TradeService.State(await Trade.ImportAsync(format, Samples.Csv(rows))).ShouldBe("completed");

    /// <summary>The months that are announced with a flow that is down.</summary>
    private Task<long> CollapsesAsync() => Trade.QueryAsync<long>("SELECT count(*) FROM supply_profiles WHERE (profile->>'collapse')::boolean");

    private async Task<JsonElement> ProfileAsync(string importer, string mineral, int period) => JsonDocument.Parse(await Trade.QueryAsync<string>(
        $"SELECT profile::text FROM supply_profiles WHERE importer = '{importer}' AND mineral = '{mineral}' AND period = {period}")).RootElement;

    /// <summary>China's exports, month by month from January 2021, with a little noise.</summary>
    private static IEnumerable<string> Steady(int months, string hs, int importer, double times = 1) =>
        Enumerable.Range(0, months).Select(i => Month(i, hs, importer, times * (1_000_000 + 20_000 * (i % 5))));

    private static string Month(int i, string hs, int importer, double kg) => Samples.Row(
        hs, importer, kg, kg, reporter: China, period: PeriodOf(i), flow: "X");

    /// <summary>The United States' own report of what it bought.</summary>
    private static string Bought(int i, double kg, int supplier = China) => Samples.Row(Graphite, supplier, kg, kg, period: PeriodOf(i));

    private async Task ImportCsvAsync(params IEnumerable<string> lines) => TradeService.State(await Trade.ImportAsync(
        "csv&source=China%20customs" + Imports.OtherFormatsTests.Mapping, "period_dt,partner_name,hs6,val,qty\n" + string.Join('\n', lines) + "\n")).ShouldBe("completed");

    private static IEnumerable<string> Lines(int months, string hs, string importer = "Japan") =>
        Enumerable.Range(0, months).Select(i => Line(i, hs, 1_000_000 + 20_000 * (i % 5), importer));

    private static string Line(int i, string hs, double kg, string importer = "Japan") =>
        string.Create(CultureInfo.InvariantCulture, $"{PeriodOf(i)},{importer},{hs},{kg},{kg}");

    private static string PeriodOf(int i) => new DateOnly(2021, 1, 1).AddMonths(i).ToString("yyyyMM", CultureInfo.InvariantCulture);

    internal static ControlStateChanged Licence(string document, string mineral, DateOnly from) => new()
    {
        EventId = Guid.CreateVersion7(), Version = 1, OccurredAt = DateTimeOffset.UtcNow, NoticeId = Guid.CreateVersion7(), Issuer = "CHN",
        DocumentNumber = document, Title = "Licensing of exports", Clause = "1", Measure = Measure.Licensing, Minerals = [mineral], Stages = [], HsCodes = [],
        ExcludedDestinations = [], Status = ControlStatus.InForce, StateSince = from, Basis = StatusBasis.Notice, EffectiveFrom = from,
        Schedule = [new ControlInterval(from, null, ControlStatus.InForce, StatusBasis.Notice)], Confidence = Confidence.Confirmed,
        Sources = [new SourceReference("https://example.org/" + document, "primary")],
    };
}
