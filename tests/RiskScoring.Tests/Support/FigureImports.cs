using System.Net;
using System.Text.Json;
using Chokepoint.Testing;

namespace Chokepoint.RiskScoring.Tests.Support;

/// <summary>Sends a file of figures and waits until its import has ended.</summary>
internal static class FigureImports
{
    public static async Task<JsonElement> SendAsync(RiskService risk, string format, string body)
    {
        using var content = new StringContent(body);
        var answer = await risk.Http.PostAsync($"/api/risk/figures/imports?format={format}", content);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        var path = answer.Headers.Location!.ToString();
        JsonElement job = default;
        await Eventually.IsTrueAsync(
            async () =>
            {
                job = await risk.GetAsync(path);
                return job.GetProperty("state").GetString() is "completed" or "rejected" or "failed";
            },
            TimeSpan.FromSeconds(60));
        return job;
    }
}
