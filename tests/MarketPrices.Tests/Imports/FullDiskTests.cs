using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;

namespace Chokepoint.MarketPrices.Tests.Imports;

/// <summary>A disk that is really full, amid a file and as one arrives.</summary>
public sealed class FullDiskTests(ServersFixture servers)
{
    private const string Desk = "/api/prices/imports?format=csv&mineral=antimony&form=ingot&unit=kg&currency=USD&source=desk&frequency=daily&date=day&value=price";
    private const int Days = 45_000;

    [Fact]
    public async Task A_disk_that_fills_as_a_file_is_stored_keeps_no_price_of_it_and_the_file_ends_once_there_is_room()
    {
        await using var disk = await SmallDisk.WithDatabaseAsync(await servers.CreateDatabaseAsync(), megabytes: 96);
        await using var prices = new PriceService(servers) { On = disk.Database, Settings = [("Imports:RetryAfter", "00:00:00.5"), ("Imports:MaxAttempts", "1000"), ("Logging:LogLevel:Default", "None")] };
        await prices.InitializeAsync();
        (await prices.ImportAsync("format=fred", "observation_date,PCOPPUSDM\n2020-01-01,6031.2\n"u8.ToArray())).GetProperty("state").GetString().ShouldBe("completed");

        disk.Fill(leaving: 1); // enough for the file and not for its prices
        using var accepted = await prices.Client.PostAsync(Desk, File());
        var location = accepted.EnsureSuccessStatusCode().Headers.Location!;
        await Eventually.IsTrueAsync(async () => (await prices.QueryAsync<int>("SELECT max(attempt) FROM import_jobs")) > 2, TimeSpan.FromSeconds(90));

        using var refused = await prices.Client.PostAsync(Desk, File());
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain("disk is full");
        (await prices.QueryAsync<long>("SELECT count(*) FROM observations")).ShouldBe(1);
        using var ready = await prices.Client.GetAsync("/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK, await ready.Content.ReadAsStringAsync());

        disk.Empty();
        var job = await Eventually.BecomesAsync(
            () => prices.Client.GetFromJsonAsync<JsonElement>(location), j => j.GetProperty("state").GetString() is not ("queued" or "running"), TimeSpan.FromSeconds(120));
        (job.GetProperty("state").GetString(), job.GetProperty("rowsAccepted").GetInt64(), job.GetProperty("rowsNew").GetInt64()).ShouldBe(("completed", Days, Days));
        (await prices.QueryAsync<long>("SELECT count(*) FROM observations")).ShouldBe(Days + 1);
        (await prices.QueryAsync<long>("SELECT count(*) FROM import_chunks")).ShouldBe(0);
    }

    private static StringContent File()
    {
        var text = new StringBuilder("day,price\n");
        for (var i = 0; i < Days; i++) text.Append(CultureInfo.InvariantCulture, $"{new DateOnly(1900, 1, 1).AddDays(i):yyyy-MM-dd},{100 + (i % 100)}\n");
        return new StringContent(text.ToString());
    }
}
