using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Chokepoint.Platform.Tests;

/// <summary>Observations of a price series are stored under the series' full identity, and read back.</summary>
public sealed class When_prices_are_posted(PlatformFixture platform)
{
    private static CancellationToken Deadline => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_counted_stored_and_read_back_and_a_second_time_is_unchanged()
    {
        var body = new
        {
            series = new { mineral = "gallium", form = "metal, 99.99 %", unit = "kg", currency = "USD", source = "Test exchange", frequency = "monthly" },
            observations = new[] { new { date = "2025-01-01", value = 520.5 }, new { date = "2025-02-01", value = 534.0 } },
        };

        var counts = await PostAsync(body);
        counts.GetProperty("new").GetInt32().ShouldBe(2);
        (await PostAsync(body)).GetProperty("unchanged").GetInt32().ShouldBe(2);

        var series = await platform.Operator.GetFromJsonAsync<JsonElement>("/api/prices/series?mineral=gallium", Deadline);
        var id = series.GetProperty("items").EnumerateArray().Single(s => s.GetProperty("source").GetString() == "Test exchange").GetProperty("id").GetString();
        var stored = await platform.Operator.GetFromJsonAsync<JsonElement>($"/api/prices/series/{id}/observations?from=2025-01-15&to=2025-12-31", Deadline);
        stored.GetProperty("items").EnumerateArray().Single().GetProperty("value").GetDouble().ShouldBe(534.0);
    }

    private async Task<JsonElement> PostAsync<T>(T body)
    {
        var answer = await platform.Operator.PostAsJsonAsync("/api/prices/observations", body, Deadline);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Deadline));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Deadline);
    }
}
