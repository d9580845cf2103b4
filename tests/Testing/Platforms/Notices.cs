using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Chokepoint.Testing.Platforms;

/// <summary>Control notices as an operator would write them, each call a document of its own.</summary>
public static class Notices
{
    /// <summary>China licenses minerals to everyone.</summary>
    public static JsonObject Licence(params string[] minerals) => Of("licensing", destinations: null, minerals);

    public static JsonObject Ban(string destination, params string[] minerals) => Of("prohibition", [destination], minerals);

    public static JsonObject Of(string measure, string[]? destinations, params string[] minerals) => new()
    {
        ["issuer"] = "CHN",
        ["authority"] = "MOFCOM",
        ["documentNumber"] = $"test-{Guid.NewGuid():N}",
        ["title"] = $"Test: {measure} on {string.Join(", ", minerals)}",
        ["language"] = "en",
        ["announcedOn"] = "2025-02-04",
        ["confidence"] = "confirmed",
        ["sources"] = new JsonArray(new JsonObject { ["url"] = "https://example.org/notice", ["kind"] = "primary" }),
        ["clauses"] = new JsonArray(new JsonObject
        {
            ["number"] = "1",
            ["measure"] = measure,
            ["minerals"] = new JsonArray([.. minerals.Select(m => JsonValue.Create(m))]),
            ["items"] = new JsonArray(),
            ["destinations"] = destinations is null ? null : new JsonArray([.. destinations.Select(d => JsonValue.Create(d))]),
            ["excludedDestinations"] = new JsonArray(),
            ["endUse"] = null,
            ["effectiveFrom"] = "2025-02-04",
            ["effectiveUntil"] = null,
            ["stages"] = null,
        }),
        ["actions"] = new JsonArray(),
    };

    public static Task<HttpResponseMessage> PostNoticeAsync(this HttpClient client, JsonNode notice) =>
        client.PostAsJsonAsync("/api/controls/notices", notice, TestContext.Current.CancellationToken);
}
