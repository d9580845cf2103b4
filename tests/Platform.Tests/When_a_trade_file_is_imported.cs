using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing;

namespace Chokepoint.Platform.Tests;

/// <summary>A Comtrade v1 CSV in, the importer's suppliers out, with what the code cannot say said.</summary>
public sealed class When_a_trade_file_is_imported(PlatformFixture platform)
{
    // The 47 columns of the API, in its order. The rows are made here: antimony oxides (282580) into Japan in 2022.
    private const string Header =
        "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,partnerCode,partnerISO," +
        "partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,classificationSearchCode,isOriginalClassification,cmdCode,cmdDesc," +
        "aggrLevel,isLeaf,customsCode,customsDesc,mosCode,motCode,motDesc,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode," +
        "altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,isNetWgtEstimated,grossWgt,isGrossWgtEstimated,cifvalue,fobvalue,primaryValue," +
        "legacyEstimationFlag,isReported,isAggregate";

    private static CancellationToken Deadline => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_good_rows_land_its_bad_row_is_kept_with_line_and_reason_and_the_shares_add_up()
    {
        var file = string.Join('\n', Header,
            Row(partner: 156, weight: "7500000", value: "60000000"),
            Row(partner: 251, weight: "1500000", value: "13000000"),
            Row(partner: 410, weight: "1000000", value: "9000000"),
            Row(partner: 999999, weight: "5", value: "5"),
            Row(partner: 0, weight: "10000000", value: "82000000"), "");

        var accepted = await ImportAsync(file);
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var job = await CompletedAsync(accepted.Headers.Location!);
        job.GetProperty("rowsRead").GetInt64().ShouldBe(5);
        job.GetProperty("rowsRejected").GetInt64().ShouldBe(1);

        var rejects = await platform.Operator.GetFromJsonAsync<JsonElement>($"{accepted.Headers.Location}/rejects", Deadline);
        rejects.GetProperty("items")[0].GetProperty("line").GetInt64().ShouldBe(5);

        var suppliers = await platform.Operator.GetFromJsonAsync<JsonElement>("/api/trade/suppliers?importer=JPN&mineral=antimony&year=2022", Deadline);
        var shares = suppliers.GetProperty("suppliers").EnumerateArray().ToDictionary(
            s => s.GetProperty("supplier").GetString()!, s => s.GetProperty("share").GetDouble(), StringComparer.Ordinal);
        shares["CHN"].ShouldBe(0.75, 1e-9);
        shares["FRA"].ShouldBe(0.15, 1e-9);
        shares["KOR"].ShouldBe(0.10, 1e-9);
        suppliers.GetProperty("isBasket").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task An_error_page_saved_as_csv_is_refused_whole()
    {
        var answer = await ImportAsync("<!DOCTYPE html><html><body>503 Service Unavailable</body></html>");
        if (answer.StatusCode == HttpStatusCode.Accepted)
        {
            var job = await FinishedAsync(answer.Headers.Location!);
            job.GetProperty("state").GetString().ShouldBe("rejected");
            job.GetProperty("rowsAccepted").GetInt64().ShouldBe(0);
        }
        else
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        }
    }

    private Task<HttpResponseMessage> ImportAsync(string file) =>
        platform.Operator.PostAsync("/api/trade/imports?format=comtrade-v1",
            new StringContent(file, Encoding.UTF8, new MediaTypeHeaderValue("text/csv")), Deadline);

    private async Task<JsonElement> CompletedAsync(Uri location)
    {
        var job = await FinishedAsync(location);
        job.GetProperty("state").GetString().ShouldBe("completed", job.ToString());
        return job;
    }

    private async Task<JsonElement> FinishedAsync(Uri location)
    {
        return await Eventually.BecomesAsync(
            () => platform.Operator.GetFromJsonAsync<JsonElement>(location, Deadline),
            job => job.GetProperty("state").GetString() is not ("queued" or "running"));
    }

    private static string Row(int partner, string weight, string value) =>
        $"C,A,20220101,2022,52,2022,392,JPN,,M,,{partner},,,0,,,H6,HS,True,282580,,6,True,C00,,0,0,,8,kg,{weight},False,-1,,0,False,{weight},False,0,False,{value},,{value},0,True,False";
}
