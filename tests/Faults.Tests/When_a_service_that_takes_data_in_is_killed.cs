using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing;

namespace Chokepoint.Faults.Tests;

/// <summary>The data lane: prices and trade flows, SIGKILLed while they take in what they accepted.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class When_a_service_that_takes_data_in_is_killed(RunningPlatform running)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private HttpClient Client => running.Platform.Client;

    [Fact]
    public async Task Amid_a_burst_of_observations_each_that_was_accepted_is_stored_once()
    {
        const int days = 120;
        var source = $"fault {Guid.NewGuid():n}";
        var sent = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, days), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            if (Interlocked.Increment(ref sent) == days / 3) running.Platform.Kill("prices");
            await Eventually.SucceedsAsync(async () => (await PostAsync(source, i)).StatusCode.ShouldBe(HttpStatusCode.Accepted), Patience);
        });

        var series = await ReadAsync("/api/prices/series?mineral=gallium&limit=500");
        var id = series.GetProperty("items").EnumerateArray().Single(one => one.GetProperty("source").GetString() == source).GetProperty("id").GetString();
        var stored = await ReadAsync($"/api/prices/series/{id}/observations?from=2020-01-01&to=2021-01-01&limit=500");
        stored.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("date").GetString()).Distinct().Count().ShouldBe(days);
        stored.GetProperty("items").GetArrayLength().ShouldBe(days);
    }

    [Fact]
    public async Task Right_after_it_accepted_a_file_the_import_is_finished_by_its_successor()
    {
        // 28 years × 10 exporters × 10 importers of germanium oxides.
        var partners = (int[])[842, 392, 410, 276, 251, 826, 124, 36, 699, 710];
        var rows = Enumerable.Range(1995, 28).SelectMany(year => partners.SelectMany(_ => partners, (from, to) => (year, from, to))).Where(row => row.from != row.to).ToList();
        var file = new StringBuilder("t,i,j,k,v,q\n");
        foreach (var (year, from, to) in rows) file.Append(CultureInfo.InvariantCulture, $"{year},{from},{to},282560,10,1\n");

        var accepted = await Client.PostAsync("/api/trade/imports?format=baci", new StringContent(file.ToString(), Encoding.UTF8, new MediaTypeHeaderValue("text/csv")));
        running.Platform.Kill("trade");

        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted, await accepted.Content.ReadAsStringAsync());
        var job = await Eventually.BecomesAsync(
            () => ReadAsync(accepted.Headers.Location!.OriginalString), job => job.GetProperty("state").GetString() is not ("queued" or "running"), Patience);
        job.GetProperty("state").GetString().ShouldBe("completed", job.ToString());
        job.GetProperty("rowsAccepted").GetInt64().ShouldBe(rows.Count);
    }

    private async Task<HttpResponseMessage> PostAsync(string source, int day) => await Client.PostAsJsonAsync("/api/prices/observations", new
    {
        series = new { mineral = "gallium", form = "metal", unit = "kg", currency = "USD", source, frequency = "daily" },
        observations = new[] { new { date = new DateOnly(2020, 1, 1).AddDays(day), value = 500.0 + day } },
    });

    /// <summary>Read again while the service is on its way back.</summary>
    private async Task<JsonElement> ReadAsync(string path)
    {
        JsonElement? read = null;
        await Eventually.SucceedsAsync(async () => read = await Client.GetFromJsonAsync<JsonElement>(path), Patience);
        return read!.Value;
    }
}
