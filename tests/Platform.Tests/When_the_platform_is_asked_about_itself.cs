using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Chokepoint.Platform.Tests;

/// <summary>Health, descriptions and the readable reference, without a key.</summary>
public sealed class When_the_platform_is_asked_about_itself(PlatformFixture platform)
{
    private static CancellationToken Deadline => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_names_every_service_and_server()
    {
        var health = await platform.Anonymous.GetFromJsonAsync<JsonElement>("/health", Deadline);
        health.GetProperty("status").GetString().ShouldBe("healthy");
        var checks = health.GetProperty("checks").EnumerateObject().Select(c => c.Name).ToList();
        foreach (var name in new[] { "controls", "prices", "trade", "risk", "notifications", "postgres", "broker" }) checks.ShouldContain(name);
    }

    [Theory]
    [InlineData("controls", "/api/controls/notices")]
    [InlineData("prices", "/api/prices/observations")]
    [InlineData("trade", "/api/trade/imports")]
    [InlineData("risk", "/api/risk/scores")]
    [InlineData("notifications", "/api/notifications/subscriptions")]
    public async Task Each_area_describes_itself_in_OpenAPI_3_1(string area, string path)
    {
        var document = await platform.Anonymous.GetFromJsonAsync<JsonElement>($"/api/{area}/openapi.json", Deadline);
        document.GetProperty("openapi").GetString()!.ShouldStartWith("3.1");
        document.GetProperty("paths").TryGetProperty(path, out _).ShouldBeTrue();
    }

    [Fact]
    public async Task The_readable_reference_is_served()
    {
        var answer = await platform.Anonymous.GetAsync("/docs/index.html", Deadline);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }
}
