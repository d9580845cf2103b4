using System.Net;
using System.Text;
using System.Text.Json;

namespace Chokepoint.TradeFlows.Tests.Imports;

public sealed class ComtradeImportTests(TradeService trade) : TradeTests(trade)
{
    [Fact]
    public async Task A_file_is_accepted_and_imported_and_a_second_time_changes_nothing()
    {
        var csv = Samples.Csv(Samples.Row("250410", 156, 900, 5000), Samples.Row("250410", 484, 100, 900), Samples.Row("250410", 0, 1000, 5900));

        var first = await Trade.ImportAsync("comtrade-v1", csv);
        var events = await Trade.QueryAsync<long>("SELECT sum(version)::bigint FROM supply_profiles");
        var second = await Trade.ImportAsync("comtrade-v1", csv);

        Counts(first).ShouldBe(("completed", 3, 3, 0, 3, 0, 0));
        Counts(second).ShouldBe(("completed", 3, 3, 0, 0, 0, 3));
        (await Trade.QueryAsync<long>("SELECT sum(version)::bigint FROM supply_profiles")).ShouldBe(events);
    }

    [Fact]
    public async Task A_later_file_revises_what_an_earlier_one_said()
    {
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(Samples.Row("260300", 152, 100, 10, period: "2019")));

        var job = await Trade.ImportAsync("comtrade-v1", Samples.Csv(Samples.Row("260300", 152, 150, 10, period: "2019")));

        Counts(job).ShouldBe(("completed", 1, 1, 0, 0, 1, 0));
        (await Trade.QueryAsync<double>("SELECT net_kg FROM flows WHERE hs = '260300' AND year = 2019")).ShouldBe(150);
    }

    [Fact]
    public async Task Bad_rows_are_kept_with_line_and_reason_and_the_good_ones_land()
    {
        var job = await Trade.ImportAsync("comtrade-v1", Samples.Csv(
            Samples.Row("811292", 156, 10, 100, period: "2018"),
            Samples.Row("811292", 156, -5, 100, period: "2017"),
            Samples.Row("811292", 156, 10, 100, period: "2999"),
            Samples.Row("811292", 999, 10, 100, period: "2018"),
            Samples.Row("811292", 156, 10, 100, period: "2018", flow: "Q"),
            Samples.Row("811292", 156, 1e16, 100, period: "2016"),
            Samples.Row("811292", 156, 10, 100, period: "2018", classification: "S3"),
            Samples.Row("811292", 124, 10, 100, period: "2018").Replace(",10,False,8", ",ten,False,8", StringComparison.Ordinal),
            "C,A,2018"));

        Counts(job).ShouldBe(("completed", 9, 1, 8, 1, 0, 0));
        var rejects = await Trade.RejectsAsync(job);
        rejects.Select(r => r.Line).ShouldBe([3, 4, 5, 6, 7, 8, 9, 10]);
        rejects[0].Reason.ShouldBe("netWgt is negative.");
        rejects[1].Reason.ShouldContain("in the future");
        rejects[2].Reason.ShouldBe("partnerCode 999 is unknown.");
        rejects[3].Reason.ShouldBe("flowCode 'Q' is unknown.");
        rejects[4].Reason.ShouldBe("netWgt is absurdly large.");
        rejects[5].Reason.ShouldContain("not the Harmonized System");
        rejects[6].Reason.ShouldBe("qty is not a number.");
        rejects[7].Reason.ShouldBe("The row has 3 fields and the header 47.");
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "web page")]
    [InlineData("", "empty")]
    [InlineData("date,price\r\n2024-01-01,3\r\n", "lacks the columns period, reporterCode")]
    [InlineData("PK\u0003\u0004abc", "ZIP")]
    [InlineData("{\"statusCode\":401,\"message\":\"Access denied\"}", "no array \"data\"")]
    [InlineData("{\"data\":[],\"error\":\"quota exceeded\"}", "quota exceeded")]
    [InlineData("{\"data\":[{\"period\":\"2020\"", "ends before its end")]
    public async Task A_file_that_is_not_what_it_says_is_refused_whole(string body, string why)
    {
        var job = await Trade.ImportAsync("comtrade-v1", body);

        TradeService.State(job).ShouldBe("rejected");
        job.GetProperty("error").GetProperty("detail").GetString()!.ShouldContain(why);
    }

    [Fact]
    public async Task A_header_shifted_by_one_column_is_refused_and_stores_nothing()
    {
        var rows = Enumerable.Range(0, 30).Select(i => Samples.Row("740311", 152, 10 + i, 100, period: $"{1990 + i}"));
        var shifted = "id," + Samples.Header[..Samples.Header.LastIndexOf(',')];

        var job = await Trade.ImportAsync("comtrade-v1", shifted + "\r\n" + string.Join("\r\n", rows));

        TradeService.State(job).ShouldBe("rejected");
        job.GetProperty("error").GetProperty("detail").GetString()!.ShouldContain("shifted");
        (await Trade.QueryAsync<long>("SELECT count(*) FROM flows WHERE hs = '740311'")).ShouldBe(0);
        (await Trade.QueryAsync<long>("SELECT count(*) FROM import_chunks")).ShouldBe(0);
    }

    [Fact]
    public async Task A_file_of_which_no_row_is_taken_is_refused_with_the_first_reason_and_each_is_kept_with_its_own()
    {
        var job = await Trade.ImportAsync("comtrade-v1", Samples.Csv(Samples.Row("811292", 156, -5, 100), Samples.Row("811292", 156, 10, 100, period: "2999")));

        Counts(job).ShouldBe(("rejected", 2, 0, 2, -1, -1, -1));
        job.GetProperty("error").GetProperty("detail").GetString().ShouldBe("None of its rows (2) was taken. The first, in line 2: netWgt is negative.");
        (await Trade.RejectsAsync(job)).Select(r => r.Line).ShouldBe([2, 3]);
        (await Trade.QueryAsync<long>("SELECT count(*) FROM import_chunks")).ShouldBe(0);
    }

    [Fact]
    public async Task The_api_s_json_gives_the_same_flows_as_its_csv()
    {
        var json = """
            {"elapsedTime":"0.2 secs","count":2,"data":[
              {"typeCode":"C","freqCode":"A","period":"2021","reporterCode":392,"flowCode":"M","partnerCode":0,"partner2Code":0,
               "classificationCode":"H5","cmdCode":"280530","customsCode":"C00","mosCode":"0","motCode":0,"qtyUnitCode":8,"qty":50.5,
               "netWgt":50.5,"isNetWgtEstimated":true,"primaryValue":700.25},
              {"typeCode":"C","freqCode":"A","period":2021,"reporterCode":392,"flowCode":"M","partnerCode":156,"partner2Code":0,
               "classificationCode":"H5","cmdCode":"280530","customsCode":"C00","mosCode":"0","motCode":0,"qtyUnitCode":-1,"qty":null,
               "netWgt":null,"isNetWgtEstimated":false,"primaryValue":600.0}],"error":""}
            """;

        var job = await Trade.ImportAsync("comtrade-v1", json);

        Counts(job).ShouldBe(("completed", 2, 2, 0, 2, 0, 0));
        (await Trade.QueryAsync<bool>("SELECT net_kg IS NULL FROM flows WHERE hs = '280530' AND partner = 156")).ShouldBeTrue();
        var profile = await Trade.GetAsync("suppliers?importer=JPN&mineral=dysprosium&year=2021");
        profile.GetProperty("basis").GetString().ShouldBe("value");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(1, "\uFEFF")]
    [InlineData(4096, "\uFEFF")]
    public async Task Json_is_read_the_same_however_the_bytes_arrive(int piece, string mark = "")
    {
        var text = mark + "{\"error\":null,\"data\":[{\"a\":1},{\"a\":\"" + new string('x', 5000) + "\"},{\"a\":[{\"b\":2}]}],\"count\":3}";
        await using var body = new PiecewiseStream(Encoding.UTF8.GetBytes(text), piece);
        await using var elements = new TradeFlows.Imports.JsonElements(body);
        var read = new List<string>();

        while (await elements.ReadAsync(CancellationToken.None)) read.Add(elements.Current.GetProperty("a").GetRawText());

        read.Count.ShouldBe(3);
        read[0].ShouldBe("1");
        read[2].ShouldBe("[{\"b\":2}]");
    }

    [Fact]
    public async Task An_unknown_format_and_a_missing_scope_are_refused_before_anything_is_stored()
    {
        using var unknown = await Trade.Client.PostAsync("/api/trade/imports?format=excel", new StringContent("x"));
        unknown.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = JsonDocument.Parse(await unknown.Content.ReadAsStringAsync()).RootElement;
        problem.GetProperty("errors").GetProperty("/format")[0].GetString()!.ShouldContain("comtrade-v1");

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/trade/imports?format=comtrade-v1") { Content = new StringContent("x") };
        request.Headers.Authorization = new("Bearer", "wrong");
        using var refused = await Trade.Client.SendAsync(request);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_body_larger_than_json_may_be_is_streamed_through()
    {
        var rows = Enumerable.Range(0, 20_000).Select(i => Samples.Row("260400", 156, i + 1, i + 1, period: $"{1962 + (i % 60)}", transport: $"{i}"));
        var job = await Trade.ImportAsync("comtrade-v1", Samples.Csv(rows));

        Counts(job).ShouldBe(("completed", 20_000, 20_000, 0, 20_000, 0, 0));
        job.GetProperty("bytesRead").GetInt64().ShouldBe(job.GetProperty("bytesTotal").GetInt64());
        job.GetProperty("bytesTotal").GetInt64().ShouldBeGreaterThan(3_000_000);
    }

    internal static (string, long, long, long, long, long, long) Counts(JsonElement job)
    {
        long Number(string name) => job.GetProperty(name) is { ValueKind: JsonValueKind.Number } n ? n.GetInt64() : -1;
        return (TradeService.State(job), Number("rowsRead"), Number("rowsAccepted"), Number("rowsRejected"), Number("rowsNew"), Number("rowsRevised"),
            Number("rowsUnchanged"));
    }

    /// <summary>Gives at most so many bytes at a time, as a network may.</summary>
    private sealed class PiecewiseStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
