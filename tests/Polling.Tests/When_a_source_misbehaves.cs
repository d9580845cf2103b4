using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;

namespace Chokepoint.Polling.Tests;

public class When_a_source_misbehaves(ServersFixture servers)
{
    private const string Items = """{"items": ["a"]}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Each bad answer is followed by a good one, which must be stored as if nothing had been.</summary>
    public static TheoryData<string, PlayedAnswer, string> BadAnswers { get; } = new()
    {
        { "a server error", new PlayedAnswer("broken", 500, "text/plain"), "server-error" },
        { "no answer at all", new PlayedAnswer(Status: 0), "unreachable" },
        { "a refusal", new PlayedAnswer("no", 403, "text/plain"), "refused" },
        { "an HTML page with status 200", new PlayedAnswer("<!DOCTYPE html><html><body>Sign in</body></html>", 200, "text/html"), "unexpected-content" },
        { "an HTML page that says it is JSON", new PlayedAnswer("\n<html><body>Sorry</body></html>"), "unexpected-content" },
        { "nothing", new PlayedAnswer(), "unexpected-content" },
        { "half a body", new PlayedAnswer("""{"items": ["a", "b", "c"]}""") { CutAfter = 15 }, "truncated" },
        { "half a document, sent whole", new PlayedAnswer("""{"items": ["a", """), "malformed" },
        { "another layout", new PlayedAnswer("""{"results": []}"""), "layout-changed" },
        { "another address", new PlayedAnswer(Status: 301) { Location = "http://127.0.0.1:9/list" }, "unreachable" },
    };

    [Theory, MemberData(nameof(BadAnswers))]
    public async Task The_failure_is_named_and_the_next_good_answer_is_stored(string what, PlayedAnswer bad, string failure)
    {
        await using var played = await PlayedSource.StartAsync();
        played.AnswerNext(bad);
        played.Otherwise = _ => new PlayedAnswer(Items);
        var database = await servers.CreateDatabaseAsync();
        await using var poller = await Poller.StartAsync(database, played.Url);

        var failed = await poller.FailsAsync(failure);
        failed["lastError"]!["detail"]!.GetValue<string>().ShouldStartWith("page 1", customMessage: what);
        await poller.StateAsync(s => s["lastSuccessAt"] is not null && s["failures"]!.GetValue<int>() == 0);
        (await Poller.ItemsAsync(database)).ShouldBe(["a"]);
    }

    [Theory]
    [InlineData(50L << 20, true)]
    [InlineData(long.MaxValue / 2, false)] // no end: only a reader that stops at the limit ever comes back
    public async Task A_body_over_the_limit_is_let_go_as_soon_as_it_shows(long length, bool isDeclared)
    {
        await using var played = await PlayedSource.StartAsync();
        played.AnswerNext(new PlayedAnswer("""{"items": ["a"]""") { Padding = length, IsLengthDeclared = isDeclared });
        played.Otherwise = _ => new PlayedAnswer(Items);
        await using var poller = await Poller.StartAsync(await servers.CreateDatabaseAsync(), played.Url, ("Feeds:List:MaxBytes", "100000"));

        await poller.FailsAsync("too-large");
        await poller.StateAsync(s => s["lastSuccessAt"] is not null);
    }

    [Fact]
    public async Task A_source_that_is_too_slow_is_given_up_for_this_turn()
    {
        await using var played = await PlayedSource.StartAsync();
        played.AnswerNext(new PlayedAnswer(Items) { BeforeAnswer = token => Task.Delay(Timeout.Infinite, token) });
        played.Otherwise = _ => new PlayedAnswer(Items);
        await using var poller = await Poller.StartAsync(await servers.CreateDatabaseAsync(), played.Url, ("Feeds:List:Timeout", "00:00:01"));

        (await poller.FailsAsync("unreachable"))["lastError"]!["detail"]!.GetValue<string>().ShouldContain("took longer than 1 s");
    }

    [Fact]
    public async Task A_passing_failure_is_tried_again_within_the_turn()
    {
        await using var played = await PlayedSource.StartAsync();
        played.AnswerNext(new PlayedAnswer(Status: 502), new PlayedAnswer(Status: 0));
        played.Otherwise = _ => new PlayedAnswer(Items);
        await using var poller = await Poller.StartAsync(
            await servers.CreateDatabaseAsync(), played.Url, ("Feeds:List:Tries", "3"), ("Feeds:List:RetryDelay", "00:00:00.01"), ("Feeds:List:Interval", "10:00:00"));

        (await poller.StateAsync(s => s["lastSuccessAt"] is not null))["lastError"].ShouldBeNull();
        played.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_source_that_asks_to_be_left_alone_is()
    {
        await using var played = await PlayedSource.StartAsync();
        played.AnswerNext(new PlayedAnswer(Status: 429) { RetryAfter = "3" });
        played.Otherwise = _ => new PlayedAnswer(Items);
        await using var poller = await Poller.StartAsync(await servers.CreateDatabaseAsync(), played.Url, ("Feeds:List:Tries", "3"));

        await poller.FailsAsync("rate-limited");
        await Eventually.IsTrueAsync(() => played.Requests.Count >= 2, Patience);
        (played.Requests[1].At - played.Requests[0].At).ShouldBeGreaterThan(TimeSpan.FromSeconds(2.9));
    }

    [Fact]
    public async Task An_alert_about_a_failing_source_waits_for_the_third_failure()
    {
        await using var played = await PlayedSource.StartAsync();
        played.Otherwise = _ => new PlayedAnswer(Status: 500);
        await using var poller = await Poller.StartAsync(await servers.CreateDatabaseAsync(), played.Url, ("Feeds:List:MaxBackOff", "00:00:00.2"));

        var state = await poller.StateAsync(s => s["alerts"]!.AsArray().Count > 0);
        state["failures"]!.GetValue<int>().ShouldBeGreaterThanOrEqualTo(3);
        state["alerts"]![0]!["reason"]!.GetValue<string>().ShouldBe("failing");
    }

    [Fact]
    public void Waits_double_with_jitter_and_never_end_before_the_source_wants()
    {
        var options = new PollOptions { BackOff = TimeSpan.FromMinutes(1), MaxBackOff = TimeSpan.FromHours(1), Interval = TimeSpan.FromHours(6) };
        Waits.AfterFailure(options, 0, null, 0).ShouldBe(TimeSpan.FromSeconds(30));
        Waits.AfterFailure(options, 0, null, 1).ShouldBe(TimeSpan.FromMinutes(1));
        Waits.AfterFailure(options, 3, null, 1).ShouldBe(TimeSpan.FromMinutes(8));
        Waits.AfterFailure(options, 500, null, 1).ShouldBe(TimeSpan.FromHours(1));
        Waits.AfterFailure(options, 0, TimeSpan.FromHours(2), 0).ShouldBe(TimeSpan.FromHours(2));
        Waits.AfterFailure(options, 0, TimeSpan.FromSeconds(5), 1).ShouldBe(TimeSpan.FromSeconds(65));
        Waits.AfterSuccess(options, 0).ShouldBe(TimeSpan.FromHours(5.4));
        Waits.AfterSuccess(options, 1).ShouldBe(TimeSpan.FromHours(6.6));
    }

    [Fact]
    public async Task A_source_switched_on_without_an_address_stops_the_start_with_its_sentence()
    {
        var database = await servers.CreateDatabaseAsync();
        var fault = await Should.ThrowAsync<InvalidOperationException>(() => Poller.StartAsync(database, address: null, ("Feeds:List:Enabled", "true")));
        fault.Message.ShouldBe("Feeds:List:Address must be an http or https address when Feeds:List:Enabled is true.");
    }
}
