using System.IO.Compression;
using System.Text;
using Chokepoint.Testing.Files;

namespace Chokepoint.TradeFlows.Tests.Imports;

public sealed class OtherFormatsTests(TradeService trade) : TradeTests(trade)
{
    internal const string Mapping = "&reporter=CHN&direction=export&frequency=monthly&period=period_dt&partner=partner_name&hs=hs6&value=val&weight=qty";

    [Fact]
    public async Task Comtrade_plus_is_read_by_its_own_header_and_api_v1_is_not()
    {
        var header = "\"" + string.Join("\",\"", Samples.Header.Split(',').Select(c => char.ToUpperInvariant(c[0]) + c[1..])) + "\",";
        var row = "\"" + string.Join("\",\"", Samples.Row("250410", 156, 12, 34, period: "2017").Split(',')) + "\",";

        ComtradeImportTests.Counts(await Trade.ImportAsync("comtrade-plus", header + "\r\n" + row + "\r\n")).ShouldBe(("completed", 1, 1, 0, 1, 0, 0));
        TradeService.State(await Trade.ImportAsync("comtrade-v1", header + "\r\n" + row + "\r\n")).ShouldBe("rejected");
        TradeService.State(await Trade.ImportAsync("comtrade-plus", Samples.Gallium)).ShouldBe("rejected");
    }

    [Fact]
    public async Task Baci_s_thousands_and_tonnes_become_dollars_and_kilograms_and_lost_zeros_come_back()
    {
        var job = await Trade.ImportAsync("baci", "t,i,j,k,v,q\n2021,156,842,250410,12.5,   3.25\n2021,180,156,10121,1,NA\n2021,999,156,250410,1,1\n2021,156,251,250410,-1,1\n2999,156,842,250410,1,1\n");

        ComtradeImportTests.Counts(job).ShouldBe(("completed", 5, 2, 3, 2, 0, 0));
        (await Trade.QueryAsync<double>("SELECT value_usd FROM flows WHERE hs = '250410' AND reporter = 842 AND partner = 156 AND year = 2021")).ShouldBe(12_500);
        (await Trade.QueryAsync<double>("SELECT net_kg FROM flows WHERE hs = '250410' AND reporter = 842 AND partner = 156 AND year = 2021")).ShouldBe(3250);
        (await Trade.QueryAsync<bool>("SELECT net_kg IS NULL FROM flows WHERE hs = '010121'")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_zip_of_baci_is_read_year_by_year_and_its_other_tables_are_passed_over()
    {
        var zip = Zip(("BACI_HS17_Y2019_V202301.csv", "t,i,j,k,v,q\n2019,156,842,261100,1,1\n"), ("country_codes_V202301.csv", "country_code;x\n4;y\n"),
            ("BACI_HS17_Y2020_V202301.csv", "t,i,j,k,v,q\n2020,156,842,261100,1,1\n2020,156,842,261100x,1,1\n"));

        var job = await Trade.ImportAsync("baci", zip);

        ComtradeImportTests.Counts(job).ShouldBe(("completed", 3, 2, 1, 2, 0, 0));
        (await Trade.QueryAsync<long>("SELECT count(DISTINCT year) FROM flows WHERE hs = '261100'")).ShouldBe(2);
    }

    [Fact]
    public async Task A_cut_off_zip_a_bomb_and_a_zip_of_something_else_are_refused_and_the_service_lives()
    {
        var whole = Zip(("BACI_HS17_Y2018_V202301.csv", "t,i,j,k,v,q\n2018,156,842,261400,1,1\n"));
        var bomb = Zip(("BACI_HS17_Y2018_V202301.csv", "t,i,j,k,v,q\n" + new string('0', 40 << 20)));

        await Refused("baci", whole[..(whole.Length / 2)], "cut off");
        await Refused("baci", bomb, "unpacks to more than");
        await Refused("baci", Zip(("readme.txt", "hello")), "holds no file named like");
        await Refused("baci", Encoding.UTF8.GetBytes("t,i,j,k,q,v\n2018,156,842,261400,1,1\n"), "should be t,i,j,k,v,q");
        (await Trade.QueryAsync<long>("SELECT count(*) FROM flows WHERE hs = '261400'")).ShouldBe(0);
        ComtradeImportTests.Counts(await Trade.ImportAsync("baci", whole)).ShouldBe(("completed", 1, 1, 0, 1, 0, 0));
    }

    [Fact]
    public async Task A_plain_csv_is_read_by_its_declared_mapping()
    {
        var job = await Trade.ImportAsync("csv&source=Customs%20of%20China" + Mapping,
            "period_dt,partner_name,hs6,val,qty,uv\n2021-03-01,South Korea,380110,100,50,2\n2021-03-01,UAE,380110,10,5,2\n2021-03-01,Atlantis,380110,10,5,2\n");

        ComtradeImportTests.Counts(job).ShouldBe(("completed", 3, 2, 1, 2, 0, 0));
        (await Trade.RejectsAsync(job)).ShouldBe([(4, "The partner 'Atlantis' is not known.")]);
        using var undeclared = await Trade.Client.PostAsync("/api/trade/imports?format=csv&source=x", new StringContent("a"));
        ((int)undeclared.StatusCode).ShouldBe(422);
    }

    [Fact]
    public async Task National_lines_of_one_code_are_added_up_unless_the_file_has_the_code_itself()
    {
        const string Format = "csv&source=Customs%20of%20China" + Mapping;
        const string Header = "period_dt,partner_name,hs6,val,qty\n";

        var job = await Trade.ImportAsync(Format, Header
            + "2023-11-01,Japan,25041010,10,1000000\n2023-11-01,Japan,25041091,20,2000000\n2023-11-01,Japan,25041010,10,1000000\n"
            + "2023-11-01,South Korea,25041010,10,5\n2023-11-01,South Korea,25041091,20,\n"
            + "2023-11-01,Germany,25041010,10,1\n2023-11-01,Germany,250410,15,3\n");

        ComtradeImportTests.Counts(job).ShouldBe(("completed", 7, 7, 0, 3, 0, 4));
        (await WeightAsync("392")).ShouldBe("3000000/30");
        (await WeightAsync("410")).ShouldBe("unknown/30", "a line without a weight makes that of them all unknown");
        (await WeightAsync("276")).ShouldBe("3/15");

        ComtradeImportTests.Counts(await Trade.ImportAsync(Format, Header + "2023-11-01,Japan,25041010,10,1000000\n2023-11-01,Japan,25041091,20,2500000\n"))
            .ShouldBe(("completed", 2, 2, 0, 0, 1, 1));
        (await WeightAsync("392")).ShouldBe("3500000/30");

        Task<string> WeightAsync(string partner) => Trade.QueryAsync<string>(
            $"SELECT string_agg(coalesce(net_kg::text, 'unknown') || '/' || value_usd, ' ') FROM flows WHERE hs = '250410' AND breakdown = '' AND partner = {partner}");
    }

    [Fact]
    public async Task In_China_s_monthly_exports_only_the_graphite_break_is_found()
    {
        var file = await SharedData.ReadAsync("data", "trade", "china_monthly", "deep_dive_hs6_monthly.csv");
        var job = await Trade.ImportAsync("csv&source=China%20customs%20monthly" + Mapping, file);

        ComtradeImportTests.Counts(job).ShouldBe(("completed", 6442, 6442, 0, 6442, 0, 0));
        var found = (await Trade.GetAsync("collapses?exporter=CHN")).GetProperty("items").EnumerateArray()
            .Where(c => c.GetProperty("source").GetString() == "China customs monthly").ToList();
        found.ShouldHaveSingleItem();
        found[0].GetProperty("hs").GetString().ShouldBe("250410");
        found[0].GetProperty("period").GetString().ShouldBe("2023-12");
        found[0].GetProperty("netWeightKg").GetDouble().ShouldBe(2_726_000, 1000);
        found[0].GetProperty("recoveredIn").GetString().ShouldBe("2024-03");
        // Announced to the importers it hit, dated to the same month; and of what 811292 pools nothing is claimed.
        (await Trade.QueryAsync<long>("SELECT count(*) FROM supply_profiles WHERE mineral = 'natural-graphite' AND period = 202312 AND (profile->>'collapse')::boolean"))
            .ShouldBeGreaterThan(0);
        (await Trade.QueryAsync<long>("SELECT count(*) FROM supply_profiles WHERE mineral IN ('gallium', 'germanium', 'indium')")).ShouldBe(0);
    }

    private async Task Refused(string format, byte[] body, string why)
    {
        var job = await Trade.ImportAsync(format, body);
        TradeService.State(job).ShouldBe("rejected");
        job.GetProperty("error").GetProperty("detail").GetString()!.ShouldContain(why);
    }

    private static byte[] Zip(params (string Name, string Text)[] files)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return bytes.ToArray();
    }
}
