using System.Text;
using System.Text.Json;

namespace Chokepoint.MarketPrices.Tests.Imports;

public sealed class PriceImportTests(PriceService prices) : PriceTests(prices)
{
    [Theory]
    [InlineData("observation_date,PZINCUSDM")]
    [InlineData("DATE,PTINUSDM")]
    public async Task Fred_s_csv_is_read_under_both_its_headers_and_a_point_is_no_price(string header)
    {
        var job = await Prices.ImportAsync("format=fred", Encoding.UTF8.GetBytes(header + "\n2020-01-01,100.5\n2020-02-01,.\n2020-03-01,-1\n2020-04-01,101\n"));

        Counts(job).ShouldBe(("completed", 3, 2, 1, 2, 0, 0));
    }

    [Fact]
    public async Task An_older_vintage_imported_later_does_not_replace_the_newer_prices()
    {
        await Prices.ImportAsync("format=fred&vintage=2024-01-10", "observation_date,PLEADUSDM\n2019-01-01,200\n2019-02-01,210\n"u8.ToArray());
        var older = await Prices.ImportAsync("format=fred&vintage=2019-03-10", "DATE,PLEADUSDM\n2019-01-01,190\n2019-02-01,210\n"u8.ToArray());

        Counts(older).ShouldBe(("completed", 2, 2, 0, 0, 1, 1));
        (await Prices.QueryAsync<double>("SELECT value FROM observations JOIN series ON no = series_no WHERE form = 'PLEADUSDM' AND date = '2019-01-01'")).ShouldBe(200);
    }

    [Fact]
    public async Task A_plain_csv_is_read_by_the_mapping_that_the_request_declares()
    {
        const string query = "format=csv&mineral=antimony&form=ingot&unit=kg&currency=USD&source=desk&frequency=daily&date=day&value=price";
        var job = await Prices.ImportAsync(query, "note,price,day\na,12.5,2024-05-02\nb,,2024-05-03\nc,13,2024-05-06\nd,13,02/05/2024\n"u8.ToArray());

        Counts(job).ShouldBe(("completed", 3, 2, 1, 2, 0, 0));
    }

    [Fact]
    public async Task A_day_given_twice_keeps_its_last_price_and_a_second_file_of_the_year_stores_only_what_differs()
    {
        const string query = "format=csv&mineral=tungsten&form=twice&unit=kg&currency=USD&source=desk&frequency=daily&date=day&value=price";
        var first = await Prices.ImportAsync(query, "day,price\n2024-05-06,13\n2024-05-02,12.5\n2024-05-06,14\n2023-12-29,11\n"u8.ToArray());
        var second = await Prices.ImportAsync(query, "day,price\n2024-05-02,12.5\n2024-05-06,15\n2024-05-07,16\n2022-01-03,9\n"u8.ToArray());

        Counts(first).ShouldBe(("completed", 4, 4, 0, 3, 0, 1));
        Counts(second).ShouldBe(("completed", 4, 4, 0, 2, 1, 1));
        const string ofSeries = "JOIN series ON no = series_no WHERE form = 'twice'";
        (await Prices.QueryAsync<double[]>($"SELECT array_agg(value ORDER BY date) FROM observations {ofSeries}")).ShouldBe([9, 11, 12.5, 15, 16]);
        (await Prices.QueryAsync<double[]>($"SELECT array_agg(value ORDER BY date, batch_no) FROM vintages {ofSeries}")).ShouldBe([9, 11, 12.5, 14, 15, 16]);
    }

    [Theory]
    [InlineData("fred", "<html>error</html>", "web page")]
    [InlineData("fred", "a,b\n1,2\n", "observation_date")]
    [InlineData("world-bank-pink-sheet", "a,b\n1,2\n", "text")]
    [InlineData("world-bank-pink-sheet", "PK\u0003\u0004 cut off", "cut off")]
    [InlineData("imf-pcps", "PK\u0003\u0004 cut off", "cut off")]
    [InlineData("usgs-mcs", "Country,Year\nUS,2020\n", "lacks the columns")]
    public async Task A_file_that_is_not_what_it_says_is_refused_whole(string format, string body, string why)
    {
        var job = await Prices.ImportAsync("format=" + format, Encoding.UTF8.GetBytes(body));

        job.GetProperty("state").GetString().ShouldBe("rejected");
        job.GetProperty("error").GetProperty("detail").GetString()!.ShouldContain(why);
    }

    [Fact]
    public async Task Usgs_prices_come_from_their_rows_alone_with_units_by_table()
    {
        const string head = "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,Is critical mineral 2025,Other notes\n";
        var job = await Prices.ImportAsync("format=usgs-mcs", Encoding.Latin1.GetBytes(head
            + "COPPER,Salient,Copper,United States,Production,Mine,metric tons,2021,\"1,230\",,Yes,\n"
            + "COPPER,Salient,Copper,United States,Price,COMEX cathode,cents per pound,2021,\"1,424.3\",,Yes,\n"
            + "GALLIUM,Salient,Gallium,United States,Price,Low-purity,dollars per kilogram,2021,<200,,Yes,\n"
            + "CLAYS,Salient,Clays,United States,Price,\"Ex-works, dollars per metric ton: Kaolin\",dollars per metric ton,2021,151,,No,\n"
            + "CLAYS,Salient,Clays,United States,Price,\"Ex-works, dollars per metric ton: Fire clay\",dollars per metric ton,2021,12,,No,\n"
            + "RARE EARTHS,Salient,Rare Earths,United States,Price,Dollars per kilogram: Neodymium-praseodymium (NdPr) oxide,dollars per kilogram,2021,98,,Yes,\n"
            + "CEMENT,Salient,Cement,United States,Price,Mill,dollars per ton,2021,120,,No,\n"
            + "COPPER,Salient,Copper,United States,Price,LME,cents per pound,2021,W,,Yes,\n"));

        Counts(job).ShouldBe(("completed", 3, 2, 1, 2, 0, 0));
        (await Prices.QueryAsync<double>("SELECT value FROM observations JOIN series ON no = series_no WHERE form = 'COMEX cathode'")).ShouldBe(14.243, 1e-9);
        (await Prices.QueryAsync<double>("SELECT value FROM observations JOIN series ON no = series_no WHERE mineral = 'kaolin'")).ShouldBe(151, 1e-9);
    }

    private static (string, long, long, long, long, long, long) Counts(JsonElement job)
    {
        long Number(string name) => job.GetProperty(name) is { ValueKind: JsonValueKind.Number } n ? n.GetInt64() : -1;
        return (job.GetProperty("state").GetString()!, Number("rowsRead"), Number("rowsAccepted"), Number("rowsRejected"), Number("rowsNew"),
            Number("rowsRevised"), Number("rowsUnchanged"));
    }
}
