using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing;

namespace Chokepoint.MarketPrices.Tests.Imports;

/// <summary>Files that are not what they say, and a disk that fills: refused, or rejected row by row, nothing half applied, the service alive.</summary>
public sealed class BadFileTests(PriceService prices) : PriceTests(prices)
{
    private const string Desk = "format=csv&mineral=antimony&form=ingot&unit=kg&currency=USD&source=desk&frequency=daily&date=day&value=price";
    private const string Copper = "observation_date,PCOPPUSDM\n2020-01-01,6031.2\n2020-02-01,5687.7\n";

    [Theory]
    [InlineData("format=fred", "x,observation_date,PCOPPUSDM\n2020-01-01,6031.2,\n", "observation_date")]
    [InlineData("format=usgs-mcs", "Section,Commodity,Country,Statistics_detail,Unit,Year,Value\na,b,c,d,e,f,g\n", "lacks the columns")]
    [InlineData(Desk, "price,when\n12.5,2024-05-02\n", "lacks the declared columns")]
    public async Task A_header_that_is_shifted_is_refused(string query, string text, string why) => await RefusedAsync(query, Encoding.UTF8.GetBytes(text), why);

    [Theory]
    [InlineData(1, "no heading")]
    [InlineData(-1, "begins with a month")]
    public async Task A_workbook_whose_figures_do_not_stand_under_their_headings_is_refused(int shiftedBy, string why) =>
        await RefusedAsync("format=world-bank-pink-sheet", new PinkSheetFile { ShiftedBy = shiftedBy }.Make(), why);

    [Fact]
    public async Task A_file_of_which_no_row_is_taken_is_refused_with_the_first_reason_and_each_is_kept_with_its_own()
    {
        var job = await Prices.ImportAsync(Desk, "day,price\ncode,2024-05-02\ncode,2024-05-03\n"u8.ToArray());

        job.GetProperty("state").GetString().ShouldBe("rejected");
        (job.GetProperty("rowsAccepted").GetInt64(), job.GetProperty("rowsRejected").GetInt64()).ShouldBe((0, 2));
        job.GetProperty("error").GetProperty("detail").GetString()!.ShouldContain("line 2: date must be");
        (await Prices.GetAsync($"imports/{job.GetProperty("id").GetString()}/rejects")).GetProperty("items").EnumerateArray()
            .Select(r => r.GetProperty("line").GetInt64()).ShouldBe([2, 3]);
        await NothingIsStoredAsync();
    }

    [Theory]
    [InlineData("format=usgs-mcs", "Section,Commodity,Statistics,Statistics_detail,Unit,Year,Value,Notes\nCOPPER,Salient,Copper,Price,LME,cents per pound,2021,424.3\n")]
    [InlineData("format=fred", "observation_date,PCOPPUSDM\n2020-01-01,.\n")]
    [InlineData(Desk, "day,price\n")]
    public async Task A_file_that_holds_no_price_where_its_header_says_is_refused_and_not_completed(string query, string text) =>
        await RefusedAsync(query, Encoding.UTF8.GetBytes(text), "holds no row of what this format imports");

    [Fact]
    public async Task A_cut_off_workbook_and_one_that_is_made_to_burst_are_refused()
    {
        var whole = new PinkSheetFile().Make();

        await RefusedAsync("format=world-bank-pink-sheet", whole[..(whole.Length / 2)], "cut off");
        await RefusedAsync("format=world-bank-pink-sheet", Bomb(), "unpacks to more than");
        (await Prices.ImportAsync("format=world-bank-pink-sheet", whole)).GetProperty("rowsNew").GetInt64().ShouldBe(3 * PinkSheetFile.Minerals);
    }

    [Fact]
    public async Task A_sheet_that_says_it_was_updated_on_a_day_to_come_is_refused() =>
        await RefusedAsync("format=world-bank-pink-sheet", new PinkSheetFile { Updated = "December 02, 2199" }.Make(), "in the future");

    [Theory]
    [InlineData("format=fred")]
    [InlineData(Desk)]
    [InlineData("format=usgs-mcs")]
    [InlineData("format=imf-pcps")]
    [InlineData("format=world-bank-pink-sheet")]
    public async Task A_vintage_of_a_day_to_come_is_refused_before_the_file_is_taken(string query)
    {
        using var answer = await Prices.Client.PostAsync($"/api/prices/imports?{query}&vintage={DateTime.UtcNow.AddDays(2):yyyy-MM-dd}", new StringContent(Copper));

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("vintage must not be in the future");
        (await Prices.QueryAsync<long>("SELECT count(*) FROM import_jobs")).ShouldBe(0);
    }

    [Fact]
    public async Task A_price_under_a_text_without_end_is_rejected_and_the_others_land()
    {
        var job = await Prices.ImportAsync("format=usgs-mcs", Encoding.UTF8.GetBytes(
            $"Commodity,Statistics,Statistics_detail,Unit,Year,Value\nCopper,Price,{HazardTests.Endless},dollars per metric ton,2021,5\nCopper,Price,LME,dollars per metric ton,2021,6\n"));

        (job.GetProperty("state").GetString(), job.GetProperty("rowsAccepted").GetInt64(), job.GetProperty("rowsRejected").GetInt64()).ShouldBe(("completed", 1, 1));
    }

    [Theory]
    [InlineData("format=fred")]
    [InlineData(Desk)]
    [InlineData("format=usgs-mcs")]
    public async Task An_error_page_that_was_saved_as_csv_is_refused(string query) =>
        await RefusedAsync(query, "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"u8.ToArray(), "web page");

    [Fact]
    public async Task Text_in_utf_16_is_refused_by_name() => await RefusedAsync("format=fred", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Copper)], "UTF-16");

    [Theory]
    [InlineData("format=fred", "PK\u0003\u0004 a workbook", "ZIP")]
    [InlineData("format=imf-pcps", Copper, "text")]
    [InlineData("format=world-bank-pink-sheet", "{\"data\": []}", "JSON")]
    [InlineData(Desk, "%PDF-1.7", "PDF")]
    public async Task Another_format_than_was_declared_is_refused(string query, string text, string why) => await RefusedAsync(query, Encoding.UTF8.GetBytes(text), why);

    [Fact]
    public async Task Negative_and_absurd_prices_and_days_to_come_are_rejected_by_line_and_the_good_ones_land()
    {
        var job = await Prices.ImportAsync(Desk, "day,price\n2024-05-02,12.5\n2024-05-03,-12.5\n2024-05-06,1e300\n2999-05-07,12.5\n2024-05-08,0\n1700-01-01,12.5\n2024-13-01,1\n"u8.ToArray());

        (job.GetProperty("rowsAccepted").GetInt64(), job.GetProperty("rowsRejected").GetInt64()).ShouldBe((1, 6));
        var rejects = (await Prices.GetAsync($"imports/{job.GetProperty("id").GetString()}/rejects")).GetProperty("items").EnumerateArray().ToList();
        rejects.Select(r => r.GetProperty("line").GetInt64()).ShouldBe([3, 4, 5, 6, 7, 8]);
        rejects[0].GetProperty("reason").GetString()!.ShouldContain("above zero");
        rejects[1].GetProperty("reason").GetString()!.ShouldContain("absurd");
        rejects[2].GetProperty("reason").GetString()!.ShouldContain("future");
    }

    [Fact]
    public async Task When_the_disk_fills_at_the_merge_nothing_is_half_applied_and_the_import_ends_once_there_is_room()
    {
        await FillDiskAsync("price_signals");
        try
        {
            using var answer = await Prices.Client.PostAsync("/api/prices/imports?format=fred", new StringContent(Copper));
            var location = answer.EnsureSuccessStatusCode().Headers.Location!;
            await Eventually.IsTrueAsync(async () => await Prices.QueryAsync<int>("SELECT attempt FROM import_jobs") > 1, TimeSpan.FromSeconds(90));
            (await Prices.QueryAsync<long>("SELECT count(*) FROM observations")).ShouldBe(0);
            (await Prices.Client.GetAsync("/ready")).IsSuccessStatusCode.ShouldBeTrue();

            await ExecuteAsync("DROP TRIGGER full_disk ON price_signals");
            var job = await Eventually.BecomesAsync(
                () => Prices.Client.GetFromJsonAsync<JsonElement>(location), j => j.GetProperty("state").GetString() is not ("queued" or "running"), TimeSpan.FromSeconds(90));

            (job.GetProperty("state").GetString(), job.GetProperty("rowsNew").GetInt64()).ShouldBe(("completed", 2));
        }
        finally
        {
            await ExecuteAsync("DROP FUNCTION IF EXISTS disk_is_full CASCADE");
        }
    }

    private async Task RefusedAsync(string query, byte[] body, string why)
    {
        var job = await Prices.ImportAsync(query, body);
        job.GetProperty("state").GetString().ShouldBe("rejected");
        job.GetProperty("error").GetProperty("detail").GetString()!.ShouldContain(why);
        await NothingIsStoredAsync();
    }

    private async Task NothingIsStoredAsync()
    {
        (await Prices.QueryAsync<long>("SELECT count(*) FROM observations")).ShouldBe(0);
        (await Prices.QueryAsync<long>("SELECT count(*) FROM import_chunks")).ShouldBe(0);
        (await Prices.QueryAsync<long>("SELECT count(*) FROM pg_class WHERE relname LIKE 'import_staging%'")).ShouldBe(0);
    }

    /// <summary>What Postgres answers on a full disk, from writing to a table on.</summary>
    private Task FillDiskAsync(string table) => ExecuteAsync($"""
        CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION disk_is_full();
        """);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Prices.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static byte[] Bomb()
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var sheet = archive.CreateEntry("xl/worksheets/sheet1.xml").Open();
            sheet.Write(new byte[40 << 20]);
        }
        return bytes.ToArray();
    }
}
