using System.Text;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Chokepoint.ServiceDefaults.Tests.Problems;

public sealed record TestNotice
{
    public required string Title { get; init; }
    public DateOnly? AnnouncedOn { get; init; }
    public Measure? Measure { get; init; }
    public IReadOnlyList<TestClause?>? Clauses { get; init; }
    public Dictionary<string, int>? Weights { get; init; }
}

public sealed record TestClause(int Number, string[]? Minerals);

[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<Measure>))]
public enum Measure
{
    [System.Text.Json.Serialization.JsonStringEnumMemberName("licensing")] Licensing,
    [System.Text.Json.Serialization.JsonStringEnumMemberName("state-trading")] StateTrading,
}

internal sealed class TestNoticeValidator : AbstractValidator<TestNotice>
{
    public TestNoticeValidator()
    {
        RuleFor(notice => notice.Title).NotEmpty();
        RuleForEach(notice => notice.Clauses).NotNull().ChildRules(clause =>
            clause.RuleForEach(one => one!.Minerals).Must(mineral => mineral is "gallium").WithMessage("Is not a mineral that is known here."));
    }
}

/// <summary>Every way a body can be wrong has its own clear answer.</summary>
public sealed class BodyTests : IAsyncLifetime
{
    private RunningService _service = null!;
    private int _handled;

    public async ValueTask InitializeAsync() => _service = await RunningService.StartAsync(api =>
    {
        api.MapPost("/notices", (TestNotice notice) =>
        {
            _handled++;
            return TypedResults.Ok(notice);
        });
        api.MapPost("/imports", async (HttpContext http) =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            return TypedResults.NoContent();
        }).WithMetadata(new RequestSizeLimitAttribute(4 * 1024 * 1024));
        api.MapGet("/upcoming", (int days) => TypedResults.Ok(new { days }));
        api.MapGet("/boom", IResult () => throw new InvalidDataException("the password is hunter2"));
    });

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("""{"title":"a","clause":[]}""", "/clause", "Is not a member that is known here. Did you mean clauses?")]
    [InlineData("""{"title":"a","clauses":[{"number":1,"zz":2}]}""", "/clauses/0/zz", "Is not a member that is known here.")]
    [InlineData("""{"title":"a","a/b~c":1}""", "/a~1b~0c", "Is not a member that is known here.")]
    [InlineData("""{"title":5}""", "/title", "Must be a string.")]
    [InlineData("""{"title":null}""", "/title", "Must not be null.")]
    [InlineData("{}", "/title", "Is needed.")]
    [InlineData("""{"title":"a","title":"b"}""", "/title", "Is there more than once.")]
    [InlineData("""{"title":"a","clauses":[{"number":"x"}]}""", "/clauses/0/number", "Must be a whole number.")]
    [InlineData("""{"title":"a","clauses":[{"number":1,"minerals":["gallium",3]}]}""", "/clauses/0/minerals/1", "Must be a string.")]
    [InlineData("""{"title":"a","announcedOn":"2024-13-45"}""", "/announcedOn", "Must be a day such as 2026-11-28, or null.")]
    [InlineData("""{"title":"a","measure":"ban"}""", "/measure", "Must be one of licensing, state-trading, or null.")]
    [InlineData("""{"title":"a","measure":1}""", "/measure", "Must be one of licensing, state-trading, or null.")]
    [InlineData("""{"title":"a","weights":{"x":"y"}}""", "/weights/x", "Must be a whole number.")]
    [InlineData("""{"title":"a","clauses":{}}""", "/clauses", "Must be an array.")]
    [InlineData("[]", "", "Must be an object.")]
    public async Task A_body_of_the_wrong_shape_is_invalid_and_names_the_member(string body, string field, string message)
    {
        using var answer = await _service.PostAsync("/api/tests/notices", body);
        var problem = await answer.ProblemAsync(422, "invalid");
        problem.Error(field).ShouldBe(message);
        _handled.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"title":""}""", "/title")]
    [InlineData("""{"title":"a","clauses":[null]}""", "/clauses/0")]
    [InlineData("""{"title":"a","clauses":[{"number":1,"minerals":["gallium","unobtainium"]}]}""", "/clauses/0/minerals/1")]
    public async Task A_validators_faults_are_keyed_by_pointer(string body, string field)
    {
        using var answer = await _service.PostAsync("/api/tests/notices", body);
        (await answer.ProblemAsync(422, "invalid")).Error(field).ShouldNotBeEmpty();
        _handled.ShouldBe(0);
    }

    [Theory]
    [InlineData("nope")]
    [InlineData("""{"title":"a" """)]
    [InlineData("")]
    [InlineData("null")]
    public async Task A_body_that_is_no_json_is_malformed(string body)
    {
        using var answer = await _service.PostAsync("/api/tests/notices", body);
        await answer.ProblemAsync(400, "malformed");
        _handled.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_of_another_media_type_is_refused()
    {
        using var answer = await _service.PostAsync("/api/tests/notices", "<a/>", "text/xml");
        await answer.ProblemAsync(415, "unsupported-media-type");
        using var charset = new ByteArrayContent("{\"title\":\"a\"}"u8.ToArray());
        charset.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=foo");
        using var unknown = await _service.Client.PostAsync("/api/tests/notices", charset);
        await unknown.ProblemAsync(415, "unsupported-media-type");
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_with_and_without_a_declared_length()
    {
        var big = Encoding.UTF8.GetBytes("{\"title\":\"" + new string('a', 1024 * 1024) + "\"}");
        using var declared = await _service.Client.PostAsync("/api/tests/notices", Json(new ByteArrayContent(big)));
        await declared.ProblemAsync(413, "too-large");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tests/notices") { Content = Json(new StreamContent(new MemoryStream(big))) };
        request.Headers.TransferEncodingChunked = true;
        using var chunked = await _service.Client.SendAsync(request);
        await chunked.ProblemAsync(413, "too-large");
        _handled.ShouldBe(0);
    }

    [Fact]
    public async Task An_import_may_be_larger_up_to_its_own_limit()
    {
        using var fits = await _service.Client.PostAsync("/api/tests/imports", new ByteArrayContent(new byte[3 * 1024 * 1024]));
        ((int)fits.StatusCode).ShouldBe(204);
        using var tooBig = await _service.Client.PostAsync("/api/tests/imports", new ByteArrayContent(new byte[5 * 1024 * 1024]));
        await tooBig.ProblemAsync(413, "too-large");
    }

    [Fact]
    public async Task A_query_value_of_the_wrong_kind_is_malformed_and_named()
    {
        using var answer = await _service.Client.GetAsync("/api/tests/upcoming?days=soon");
        (await answer.ProblemAsync(400, "malformed")).Error("/days").ShouldNotBeEmpty();
        using var absent = await _service.Client.GetAsync("/api/tests/upcoming");
        (await absent.ProblemAsync(422, "invalid")).Error("/days").ShouldBe("Is needed.");
    }

    [Fact]
    public async Task Unknown_paths_and_methods_are_problems_too()
    {
        using var nowhere = await _service.Client.GetAsync("/api/tests/nowhere");
        await nowhere.ProblemAsync(404, "not-found");
        using var method = await _service.Client.DeleteAsync("/api/tests/notices");
        await method.ProblemAsync(405, "method-not-allowed");
        method.Content.Headers.Allow.ShouldBe(["POST"]);
    }

    [Fact]
    public async Task A_fault_of_ours_tells_nothing_but_its_trace()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/tests/boom");
        request.Headers.Accept.ParseAdd("text/csv");
        using var answer = await _service.Client.SendAsync(request);
        (await answer.ProblemAsync(500, "internal")).ToJsonString().ShouldNotContain("hunter2");
    }

    private static ByteArrayContent Json(ByteArrayContent content) => Typed(content);

    private static StreamContent Json(StreamContent content) => Typed(content);

    private static T Typed<T>(T content)
        where T : HttpContent
    {
        content.Headers.ContentType = new("application/json");
        return content;
    }
}
