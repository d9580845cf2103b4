using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chokepoint.ServiceDefaults.Tests.Http;

public sealed class ReadTests : IAsyncLifetime
{
    private RunningService _service = null!;
    private int _value = 1;
    private long _version = 3;

    public async ValueTask InitializeAsync() => _service = await RunningService.StartAsync(api =>
    {
        api.MapGet("/value", () => TypedResults.Ok(new { value = _value }));
        api.MapGet("/plain", () => new { value = _value });
        api.MapGet("/absent", Microsoft.AspNetCore.Http.HttpResults.Results<Microsoft.AspNetCore.Http.HttpResults.Ok<int>, Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult> () =>
            ServiceDefaults.Problems.NotFound("No such thing."));
        api.MapGet("/versioned", (HttpContext http) =>
        {
            http.SetETag(ETags.OfVersion(_version));
            return TypedResults.Ok(new { _version });
        });
        api.MapPut("/versioned", (IfMatch ifMatch) =>
        {
            ifMatch.Require(ETags.OfVersion(_version));
            _version++;
            return TypedResults.NoContent();
        });
        api.MapGet("/asked", (string? mineral, DateOnly? on, bool? legal, PageRequest page) => TypedResults.Ok(new { mineral, on, legal, page.Limit }));
        api.MapGet("/stream", (CancellationToken cancellationToken) => TypedResults.ServerSentEvents(EndlessAsync(cancellationToken)));
        api.MapGet("/numbers", (PageRequest page) =>
        {
            var rows = Enumerable.Range(1, 10).Where(number => number > page.After<int>()).Take(page.Take).ToList();
            return TypedResults.Ok(Page.From(rows, page, number => number));
        });
    }, builder => builder.Configuration["RateLimits:PerSecond"] = "100000");

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private static async IAsyncEnumerable<string> EndlessAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return "here";
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/tests/" + path);
        if (ifNoneMatch is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return await _service.Client.SendAsync(request);
    }

    [Theory]
    [InlineData("value")]
    [InlineData("plain")]
    public async Task A_read_carries_a_strong_tag_and_is_304_until_it_changes(string path)
    {
        using var first = await GetAsync(path);
        var etag = first.Headers.ETag!;
        etag.IsWeak.ShouldBeFalse();
        first.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");

        using var same = await GetAsync(path, $"\"other\", {etag}");
        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        same.Headers.ETag.ShouldBe(etag);
        (await same.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();

        _value++;
        using var changed = await GetAsync(path, etag.ToString());
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        changed.Headers.ETag.ShouldNotBe(etag);
    }

    [Fact]
    public async Task A_refusal_has_no_tag()
    {
        using var answer = await GetAsync("absent", "*");
        await answer.ProblemAsync(404, "not-found");
        answer.Headers.ETag.ShouldBeNull();
    }

    [Theory]
    [InlineData("value", 200)]
    [InlineData("plain", 200)]
    [InlineData("versioned", 200)]
    [InlineData("absent", 404)]
    [InlineData("openapi.json", 200)]
    public async Task HEAD_is_answered_as_GET_is_without_the_body(string path, int status)
    {
        using var get = await GetAsync(path);
        using var request = new HttpRequestMessage(HttpMethod.Head, "/api/tests/" + path);
        using var head = await _service.Client.SendAsync(request);
        ((int)head.StatusCode).ShouldBe(status);
        head.Headers.ETag.ShouldBe(get.Headers.ETag);
        head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType);
        (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task HEAD_of_a_stream_is_answered_at_once_and_HEAD_is_no_operation_of_the_reference()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/api/tests/stream");
        using var head = await _service.Client.SendAsync(request, HttpCompletionOption.ResponseContentRead, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20));
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        head.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var reference = await GetAsync("openapi.json");
        (await reference.JsonAsync())["paths"]!["/api/tests/stream"]!.AsObject().Select(operation => operation.Key).ShouldBe(["get"]);
    }

    [Theory]
    [InlineData("mineral=&on=2026-11-28&legal=&limit=", """{"mineral":null,"on":"2026-11-28","legal":null,"limit":100}""")]
    [InlineData("on=&mineral=&mineral=gallium&legal", """{"mineral":"gallium","on":null,"legal":null,"limit":100}""")]
    [InlineData("mineral=a%26b%3D&on=", """{"mineral":"a&b=","on":null,"legal":null,"limit":100}""")]
    [InlineData("on=", """{"mineral":null,"on":null,"legal":null,"limit":100}""")]
    public async Task A_query_parameter_without_a_value_is_as_one_that_is_not_there(string query, string expected)
    {
        using var answer = await GetAsync("asked?" + query);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(expected);
    }

    [Theory]
    [InlineData("10/11/2026")]
    [InlineData("2026-11")]
    [InlineData("2026-11-1")]
    [InlineData("28 November 2026")]
    [InlineData("2026-11-31")]
    public async Task A_day_that_is_not_as_ISO_8601_writes_it_is_malformed_and_named(string day)
    {
        using var answer = await GetAsync("asked?on=" + Uri.EscapeDataString(day));
        (await answer.ProblemAsync(400, "malformed")).Error("/on").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task An_update_needs_the_tag_that_was_read()
    {
        async Task<HttpResponseMessage> PutAsync(string? ifMatch)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/api/tests/versioned");
            if (ifMatch is not null)
                request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            return await _service.Client.SendAsync(request);
        }

        using var read = await GetAsync("versioned");
        read.Headers.ETag!.Tag.ShouldBe("\"3\"");
        using var without = await PutAsync(null);
        await without.ProblemAsync(428, "precondition-required");
        using var stale = await PutAsync("\"2\"");
        await stale.ProblemAsync(412, "stale");
        using var weak = await PutAsync("W/\"3\"");
        await weak.ProblemAsync(412, "stale");
        using var unquoted = await PutAsync("3");
        await unquoted.ProblemAsync(400, "malformed");
        using var current = await PutAsync("\"3\"");
        current.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var again = await PutAsync("\"3\"");
        await again.ProblemAsync(412, "stale");
    }

    [Fact]
    public async Task Pages_follow_one_another_to_the_end_without_gap_or_repeat()
    {
        var seen = new List<int>();
        string? cursor = null;
        do
        {
            using var answer = await GetAsync("numbers?limit=3" + (cursor is null ? "" : "&cursor=" + cursor));
            var page = await answer.JsonAsync();
            seen.AddRange(page["items"]!.AsArray().Select(item => item!.GetValue<int>()));
            page.ContainsKey("nextCursor").ShouldBeTrue();
            cursor = page["nextCursor"]?.GetValue<string>();
        }
        while (cursor is not null);
        seen.ShouldBe(Enumerable.Range(1, 10));
    }

    [Theory]
    [InlineData("limit=501", 422, "invalid", "/limit")]
    [InlineData("limit=0", 422, "invalid", "/limit")]
    [InlineData("limit=ten", 400, "malformed", "/limit")]
    [InlineData("cursor=!!!", 400, "malformed", "/cursor")]
    [InlineData("cursor=e30", 400, "malformed", "/cursor")]
    public async Task Wrong_paging_is_named(string query, int status, string slug, string field)
    {
        using var answer = await GetAsync("numbers?" + query);
        (await answer.ProblemAsync(status, slug)).Error(field).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Who_asks_too_fast_is_429_with_a_time_to_come_back_and_probes_are_not_counted()
    {
        await using var service = await RunningService.StartAsync(
            api => api.MapGet("/x", () => "x"),
            builder => (builder.Configuration["RateLimits:PerSecond"], builder.Configuration["RateLimits:Burst"]) = ("1", "3"));
        for (var i = 0; i < 3; i++)
            (await service.Client.GetAsync("/api/tests/x")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var refused = await service.Client.GetAsync("/api/tests/x");
        await refused.ProblemAsync(429, "too-many-requests");
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeGreaterThanOrEqualTo(1);
        for (var i = 0; i < 10; i++)
            (await service.Client.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
