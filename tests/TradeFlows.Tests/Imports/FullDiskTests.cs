using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;

namespace Chokepoint.TradeFlows.Tests.Imports;

/// <summary>A disk that is really full, amid a file and as one arrives.</summary>
public sealed class FullDiskTests(ServersFixture servers)
{
    private const int Rows = 120_000;

    [Fact]
    public async Task A_disk_that_fills_amid_a_file_keeps_nothing_of_it_from_readers_nor_any_row_twice_and_the_file_ends_once_there_is_room()
    {
        await using var disk = await SmallDisk.WithDatabaseAsync(await servers.CreateDatabaseAsync(), megabytes: 160);
        await using var trade = new TradeService(servers) { On = disk.Database, Settings = [("Imports:RetryAfter", "00:00:00.5"), ("Imports:MaxAttempts", "1000"), ("Logging:LogLevel:Default", "None")] };
        await trade.InitializeAsync();
        TradeService.State(await trade.ImportAsync("baci", "t,i,j,k,v,q\n2020,156,842,250410,1,1\n")).ShouldBe("completed");

        disk.Fill(leaving: 8); // enough for the file and not for its rows
        using var accepted = await trade.Client.PostAsync("/api/trade/imports?format=baci", File());
        var location = accepted.EnsureSuccessStatusCode().Headers.Location!;
        await Eventually.IsTrueAsync(async () => (await trade.QueryAsync<int>("SELECT max(attempt) FROM import_jobs")) > 2, TimeSpan.FromSeconds(90));

        using var refused = await trade.Client.PostAsync("/api/trade/imports?format=baci", File());
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain("disk is full");
        (await trade.QueryAsync<long>("SELECT count(*) FROM flows")).ShouldBe(1);
        (await trade.Client.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await trade.GetAsync("suppliers?importer=USA&mineral=natural-graphite&year=2020")).GetProperty("suppliers").GetArrayLength().ShouldBe(1);

        disk.Empty();
        var job = await Eventually.BecomesAsync(
            () => trade.Client.GetFromJsonAsync<JsonElement>(location), j => TradeService.State(j) is not ("queued" or "running"), TimeSpan.FromSeconds(120));
        ComtradeImportTests.Counts(job).ShouldBe(("completed", Rows, Rows, 0, Rows, 0, 0));
        (await trade.QueryAsync<long>("SELECT count(*) FROM flows")).ShouldBe(Rows + 1);
        (await trade.QueryAsync<long>("SELECT count(*) FROM import_chunks")).ShouldBe(0);
        (await trade.QueryAsync<long>("SELECT count(*) FROM pg_class WHERE relname LIKE 'import_staging%'")).ShouldBe(0);
    }

    private static StringContent File()
    {
        var text = new StringBuilder("t,i,j,k,v,q\n");
        for (var i = 0; i < Rows; i++) text.Append(CultureInfo.InvariantCulture, $"2021,156,842,{100_000 + i},1,1\n");
        return new StringContent(text.ToString());
    }
}
