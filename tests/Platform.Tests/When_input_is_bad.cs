using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Platform.Tests;

/// <summary>Each mistake gets a problem document that names the field, and leaves nothing behind.</summary>
public sealed class When_input_is_bad(PlatformFixture platform)
{
    private static CancellationToken Deadline => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string, HttpStatusCode> Mistakes => new()
    {
        { "an unknown mineral", "/clauses/0/minerals/0", "\"unobtainium\"", HttpStatusCode.UnprocessableEntity },
        { "an unknown destination", "/clauses/0/destinations/0", "\"ZZZ\"", HttpStatusCode.UnprocessableEntity },
        { "an unknown issuer", "/issuer", "\"ATLANTIS\"", HttpStatusCode.UnprocessableEntity },
        { "an unknown measure", "/clauses/0/measure", "\"frown\"", HttpStatusCode.UnprocessableEntity },
        { "an unknown member", "/clauses/0/colour", "\"blue\"", HttpStatusCode.UnprocessableEntity },
        { "an end before its beginning", "/clauses/0/effectiveUntil", "\"2020-01-01\"", HttpStatusCode.UnprocessableEntity },
        { "a clause with nothing it applies to", "/clauses/0/minerals", "[]", HttpStatusCode.UnprocessableEntity },
        { "a day that is none", "/clauses/0/effectiveFrom", "\"2025-02-30\"", HttpStatusCode.UnprocessableEntity },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public async Task The_problem_names_the_field_and_nothing_is_stored(string what, string at, string value, HttpStatusCode expected)
    {
        var notice = Notices.Ban("USA", "gallium");
        Set(notice, at, JsonNode.Parse(value));

        var answer = await platform.Operator.PostNoticeAsync(notice);

        answer.StatusCode.ShouldBe(expected, what);
        var problem = await ProblemAsync(answer);
        problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).ShouldContain(at, what);
        await NothingStoredAsync(notice);
    }

    [Fact]
    public async Task A_body_that_is_no_json_is_400()
    {
        var answer = await platform.Operator.PostAsync("/api/controls/notices", Json("{\"issuer\": "), Deadline);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await ProblemAsync(answer);
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_413()
    {
        var answer = await platform.Operator.PostAsync("/api/controls/notices", Json($"{{\"title\": \"{new string('x', 10_000_000)}\"}}"), Deadline);
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        await ProblemAsync(answer);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("wrong", HttpStatusCode.Unauthorized)]
    [InlineData(PlatformFixture.ReaderKey, HttpStatusCode.Forbidden)]
    public async Task A_key_that_is_missing_wrong_or_under_scoped_writes_nothing(string? key, HttpStatusCode expected)
    {
        var notice = Notices.Ban("USA", "gallium");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/controls/notices") { Content = JsonContent.Create(notice) };
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);

        var answer = await platform.Anonymous.SendAsync(request, Deadline);

        answer.StatusCode.ShouldBe(expected);
        await ProblemAsync(answer);
        await NothingStoredAsync(notice);
    }

    [Theory]
    [InlineData("/api/risk/scores/USA/unobtainium")]
    [InlineData("/api/risk/scores/ZZZ/gallium")]
    [InlineData("/api/controls/notices/01890000-0000-7000-8000-000000000000")]
    [InlineData("/api/nothing/here")]
    [InlineData("/nothing/here")]
    public async Task What_does_not_exist_is_404_with_a_problem(string path)
    {
        var answer = await platform.Operator.GetAsync(path, Deadline);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await ProblemAsync(answer);
    }

    [Theory]
    [InlineData("http://10.0.0.1/hook")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[fd00::1]/hook")]
    [InlineData("ftp://example.org/hook")]
    public async Task A_webhook_address_that_may_not_be_called_is_422(string url)
    {
        var answer = await platform.Operator.PostAsJsonAsync("/api/notifications/subscriptions",
            new { url, description = "test", eventTypes = Array.Empty<string>() }, Deadline);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await ProblemAsync(answer)).GetProperty("errors").TryGetProperty("/url", out _).ShouldBeTrue();
    }

    private async Task NothingStoredAsync(JsonObject notice)
    {
        var stored = await platform.Operator.GetStringAsync("/api/controls/notices?limit=500", Deadline);
        stored.ShouldNotContain(notice["documentNumber"]!.GetValue<string>());
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer)
    {
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Deadline);
        problem.GetProperty("type").GetString().ShouldNotBeNullOrEmpty();
        problem.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        problem.GetProperty("traceId").GetString().ShouldNotBeNullOrEmpty();
        problem.GetProperty("status").GetInt32().ShouldBe((int)answer.StatusCode);
        return problem;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>Sets the value at a JSON Pointer; the last step may be a new member.</summary>
    private static void Set(JsonNode root, string at, JsonNode? value)
    {
        var steps = at.Split('/')[1..];
        var parent = steps[..^1].Aggregate(root, (node, step) => IndexOf(step) is { } i ? node[i]! : node[step]!);
        if (IndexOf(steps[^1]) is { } index) parent[index] = value;
        else parent[steps[^1]] = value;

        static int? IndexOf(string step) => int.TryParse(step, CultureInfo.InvariantCulture, out var i) ? i : null;
    }
}
