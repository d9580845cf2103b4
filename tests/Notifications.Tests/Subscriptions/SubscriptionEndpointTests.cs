using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chokepoint.Notifications.Tests.Subscriptions;

public sealed class SubscriptionEndpointTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly NotificationsHost _host = shared.Host;

    [Fact]
    public async Task A_subscription_is_created_with_a_secret_that_is_shown_once_and_stored_sealed()
    {
        using var response = await _host.Http.PostAsync("/api/notifications/subscriptions", JsonContent.Create(new { url = "https://example.com/hook" }));
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var created = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        var id = created.GetProperty("id").GetGuid();
        response.Headers.Location!.ToString().ShouldBe($"/api/notifications/subscriptions/{id}");
        created.GetProperty("state").GetString().ShouldBe("active");
        created.GetProperty("eventTypes").GetArrayLength().ShouldBe(0);
        var secret = created.GetProperty("secret").GetString()!;
        Convert.FromBase64String(secret["whsec_".Length..]).Length.ShouldBeInRange(24, 64);

        (await _host.GetAsync($"subscriptions/{id}")).TryGetProperty("secret", out _).ShouldBeFalse();
        (await _host.GetAsync("subscriptions")).GetRawText().ShouldNotContain("whsec_");
        var stored = await _host.ScalarAsync<byte[]>($"SELECT secret FROM subscriptions WHERE id = '{id}'");
        Convert.ToHexString(stored).ShouldNotContain(Convert.ToHexString(Convert.FromBase64String(secret["whsec_".Length..])));
    }

    [Theory]
    [InlineData("""{}""", "/url")]
    [InlineData("""{"url":"https://169.254.169.254/"}""", "/url")]
    [InlineData("""{"url":"http://10.0.0.1/"}""", "/url")]
    [InlineData("""{"url":"https://u:p@example.com/"}""", "/url")]
    [InlineData("""{"url":"https://example.com/","eventTypes":["chokepoint.risk.score-changed.v1","nothing"]}""", "/eventTypes/1")]
    [InlineData("""{"url":"https://example.com/","eventTypes":["chokepoint.subscription.test.v1"]}""", "/eventTypes/0")]
    [InlineData("""{"url":"https://example.com/","filter":{"economies":["XXX"]}}""", "/filter/economies/0")]
    [InlineData("""{"url":"https://example.com/","filter":{"minerals":["gallium","unobtainium"]}}""", "/filter/minerals/1")]
    [InlineData("""{"url":"https://example.com/","filter":{"minerals":[null]}}""", "/filter/minerals/0")]
    [InlineData("""{"url":"https://example.com/","filter":{"economies":[null]}}""", "/filter/economies/0")]
    [InlineData("""{"url":"https://example.com/","eventTypes":[null]}""", "/eventTypes/0")]
    [InlineData("""{"url":"https://example.com/","filter":{"minimumChange":-1}}""", "/filter/minimumChange")]
    [InlineData("""{"url":"https://example.com/","filter":{"minimumLevel":"extreme"}}""", "/filter/minimumLevel")]
    [InlineData("""{"url":"https://example.com/","maxPerSecond":0}""", "/maxPerSecond")]
    [InlineData("""{"url":"https://example.com/","evenTypes":[]}""", "/evenTypes")]
    public async Task What_is_invalid_is_refused_by_name_and_nothing_is_stored(string body, string field)
    {
        var before = await _host.ScalarAsync<long>("SELECT count(*) FROM subscriptions");
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        using var response = await _host.Http.PostAsync("/api/notifications/subscriptions", content);
        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        problem.GetProperty("errors").EnumerateObject().ShouldContain(e => e.Name == field);
        (await _host.ScalarAsync<long>("SELECT count(*) FROM subscriptions")).ShouldBe(before);
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_needs_the_version_that_was_read()
    {
        var created = await _host.PostAsync("subscriptions",
            new { url = "https://example.com/a", description = "ours", filter = new { economies = List("USA"), minimumChange = 0 } }, HttpStatusCode.Created);
        var path = $"subscriptions/{created.GetProperty("id").GetGuid()}";

        (await _host.PatchAsync(path, new JsonObject { ["description"] = "x" }, ifMatch: null)).StatusCode.ShouldBe((HttpStatusCode)428);
        using var changed = await _host.PatchAsync(path,
            JsonNode.Parse("""{"url":"https://example.com/b","filter":{"minerals":["gallium"],"minimumChange":null}}""")!.AsObject(), "\"1\"");
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        changed.Headers.ETag!.Tag.ShouldBe("\"2\"");
        (await _host.PatchAsync(path, new JsonObject { ["description"] = "x" }, "\"1\"")).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);

        var after = await _host.GetAsync(path);
        after.GetProperty("url").GetString().ShouldBe("https://example.com/b");
        after.GetProperty("description").GetString().ShouldBe("ours");
        var filter = after.GetProperty("filter");
        filter.GetProperty("economies")[0].GetString().ShouldBe("USA");
        filter.GetProperty("minerals")[0].GetString().ShouldBe("gallium");
        filter.GetProperty("minimumChange").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("""{"url":"https://127.0.0.2.example/","bogus":1}""", "/bogus")]
    [InlineData("""{"url":null}""", "/url")]
    [InlineData("""{"state":"paused"}""", "/state")]
    [InlineData("""{"state":null}""", "/state")]
    [InlineData("""{"filter":{"economies":["ZZZ"]}}""", "/filter/economies/0")]
    [InlineData("""{"filter":{"economies":"USA"}}""", "/filter/economies")]
    public async Task A_patch_that_would_make_it_invalid_is_refused_by_name(string patch, string field)
    {
        var created = await _host.PostAsync("subscriptions", new { url = "https://example.com/" }, HttpStatusCode.Created);
        using var response = await _host.PatchAsync($"subscriptions/{created.GetProperty("id").GetGuid()}", JsonNode.Parse(patch)!.AsObject(), "\"1\"");
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, body);
        JsonDocument.Parse(body).RootElement.GetProperty("errors").EnumerateObject().ShouldContain(e => e.Name == field);
    }

    [Fact]
    public async Task A_patch_of_its_state_switches_it_off_and_on()
    {
        var created = await _host.PostAsync("subscriptions", new { url = "https://example.com/" }, HttpStatusCode.Created);
        var path = $"subscriptions/{created.GetProperty("id").GetGuid()}";
        (await _host.PatchAsync(path, new JsonObject { ["state"] = "disabled" }, "\"1\"")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _host.GetAsync(path)).GetProperty("disabledReason").GetString().ShouldBe("operator");
        (await _host.PatchAsync(path, new JsonObject { ["state"] = "active" }, "\"2\"")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _host.GetAsync(path)).GetProperty("state").GetString().ShouldBe("active");
    }

    [Fact]
    public async Task Subscriptions_are_listed_page_by_page_newest_first()
    {
        var made = new List<Guid>();
        for (var i = 0; i < 3; i++)
            made.Add((await _host.PostAsync("subscriptions", new { url = "https://example.com/" }, HttpStatusCode.Created)).GetProperty("id").GetGuid());

        var first = await _host.GetAsync("subscriptions?limit=2");
        var second = await _host.GetAsync($"subscriptions?limit=1&cursor={first.GetProperty("nextCursor").GetString()}");
        first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray())
            .Select(s => s.GetProperty("id").GetGuid()).ShouldBe(made.AsEnumerable().Reverse());
    }

    [Fact]
    public async Task What_is_not_there_is_404()
    {
        var id = Guid.CreateVersion7();
        await _host.GetAsync($"subscriptions/{id}", HttpStatusCode.NotFound);
        await _host.GetAsync($"subscriptions/{id}/deliveries", HttpStatusCode.NotFound);
        await _host.GetAsync($"deliveries/{id}", HttpStatusCode.NotFound);
        foreach (var action in List("rotate-secret", "test", "enable", "disable"))
            await _host.PostAsync($"subscriptions/{id}/{action}", expected: HttpStatusCode.NotFound);
        await _host.PostAsync($"subscriptions/{id}/recover", new { since = "2026-01-01T00:00:00Z" }, HttpStatusCode.NotFound);
        await _host.PostAsync($"deliveries/{id}/redeliver", expected: HttpStatusCode.NotFound);
        (await _host.Http.DeleteAsync($"/api/notifications/subscriptions/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_answered()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/notifications/subscriptions");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "not-a-key");
        (await _host.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Event_types_are_listed_with_schema_and_example()
    {
        var types = (await _host.GetAsync("event-types")).GetProperty("items").EnumerateArray().ToList();
        types.Select(t => t.GetProperty("type").GetString()).ShouldBe(
        [
            "chokepoint.risk.score-changed.v1", "chokepoint.control.state-changed.v1", "chokepoint.control.boundary-approaching.v1",
            "chokepoint.price.signal-changed.v1", "chokepoint.supply.profile-changed.v1",
        ]);
        foreach (var type in types)
        {
            type.GetProperty("schema").GetProperty("title").GetString().ShouldBe(type.GetProperty("type").GetString());
            type.GetProperty("example").GetProperty("type").GetString().ShouldBe(type.GetProperty("type").GetString());
        }
    }

    private static string[] List(params string[] items) => items;
}
