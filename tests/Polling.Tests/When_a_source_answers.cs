using System.Diagnostics.Metrics;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;

namespace Chokepoint.Polling.Tests;

public class When_a_source_answers(ServersFixture servers)
{
    private const string TwoItems = """{"items": ["a", "b"]}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task What_is_new_is_stored_once_and_the_next_request_is_conditional()
    {
        await using var played = await PlayedSource.StartAsync();
        played.Otherwise = _ => new PlayedAnswer(TwoItems) { ETag = "\"v1\"" };
        var database = await servers.CreateDatabaseAsync();
        await using var poller = await Poller.StartAsync(database, played.Url);

        await Eventually.IsTrueAsync(() => played.Requests.Count >= 3, Patience);

        played.Requests[0].Headers.Keys.ShouldNotContain("if-none-match");
        played.Requests[0].Headers["user-agent"].ShouldBe("Chokepoint/1.0");
        played.Requests[1].Headers["if-none-match"].ShouldBe("\"v1\"");
        played.Requests[2].Headers["if-none-match"].ShouldBe("\"v1\"", "304 keeps what was known");
        (await Poller.ItemsAsync(database)).ShouldBe(["a", "b"]);
        var state = await poller.StateAsync(s => s["health"]!.GetValue<string>() == "ok");
        state["documents"]!.GetValue<int>().ShouldBe(2);
        state["lastError"].ShouldBeNull();
    }

    [Fact]
    public async Task Only_what_was_not_seen_before_is_stored_of_a_longer_list()
    {
        await using var played = await PlayedSource.StartAsync();
        played.AnswerNext(new PlayedAnswer(TwoItems));
        played.Otherwise = _ => new PlayedAnswer("""{"items": ["b", "c", "a"]}""");
        var database = await servers.CreateDatabaseAsync();
        await using var poller = await Poller.StartAsync(database, played.Url);

        await Eventually.IsTrueAsync(() => played.Requests.Count >= 4, Patience);
        (await Poller.ItemsAsync(database)).ShouldBe(["a", "b", "c"]);
        (await poller.StateAsync())["documents"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task A_source_that_is_not_switched_on_is_never_asked()
    {
        var database = await servers.CreateDatabaseAsync();
        await using var poller = await Poller.StartAsync(database, address: null);

        var state = await poller.StateAsync();
        state["health"]!.GetValue<string>().ShouldBe("off");
        using var hastened = await poller.Client.PostAsync("/api/tests/feeds/list/poll", content: null);
        ((int)hastened.StatusCode).ShouldBe(409);
        (await poller.ReadyAsync())["checks"]!["feeds"]!["status"]!.GetValue<string>().ShouldBe("healthy");
    }

    [Fact]
    public async Task A_source_is_polled_before_its_time_when_asked()
    {
        await using var played = await PlayedSource.StartAsync();
        played.Otherwise = _ => new PlayedAnswer(TwoItems);
        await using var poller = await Poller.StartAsync(await servers.CreateDatabaseAsync(), played.Url, ("Feeds:List:Interval", "10:00:00"));
        await poller.StateAsync(s => s["lastSuccessAt"] is not null);
        played.Requests.Count.ShouldBe(1);

        using var hastened = await poller.Client.PostAsync("/api/tests/feeds/list/poll", content: null);
        ((int)hastened.StatusCode).ShouldBe(202);
        await Eventually.IsTrueAsync(() => played.Requests.Count == 2, Patience);
    }

    [Fact]
    public async Task What_is_asked_for_amid_a_turn_comes_after_it()
    {
        await using var played = await PlayedSource.StartAsync();
        var release = new TaskCompletionSource();
        played.AnswerNext(new PlayedAnswer(TwoItems) { BeforeAnswer = token => release.Task.WaitAsync(token) });
        played.Otherwise = _ => new PlayedAnswer(TwoItems);
        await using var poller = await Poller.StartAsync(await servers.CreateDatabaseAsync(), played.Url, ("Feeds:List:Interval", "10:00:00"));
        await Eventually.IsTrueAsync(() => played.Requests.Count == 1, Patience);

        using var hastened = await poller.Client.PostAsync("/api/tests/feeds/list/poll", content: null);
        ((int)hastened.StatusCode).ShouldBe(202);
        release.SetResult();
        await Eventually.IsTrueAsync(() => played.Requests.Count == 2, Patience);
        await poller.StateAsync(s => !s["isPolling"]!.GetValue<bool>() && s["nextPollAt"]!.GetValue<DateTimeOffset>() > DateTimeOffset.UtcNow.AddHours(5));
        played.Requests.Count.ShouldBe(2, "once, not for ever");
    }

    [Fact]
    public async Task A_source_with_nothing_new_for_too_long_is_silent_until_something_comes()
    {
        await using var played = await PlayedSource.StartAsync();
        var body = TwoItems;
        played.Otherwise = _ => new PlayedAnswer(body);
        await using var poller = await Poller.StartAsync(await servers.CreateDatabaseAsync(), played.Url, ("Feeds:List:SilentAfter", "00:00:05"));

        var state = await poller.StateAsync(s => s["health"]!.GetValue<string>() == "silent");
        state["silentSince"].ShouldNotBeNull();
        await Eventually.IsTrueAsync(async () => (await poller.ReadyAsync())["checks"]!["feeds"]!["status"]!.GetValue<string>() == "degraded", Patience);
        (await poller.ReadyAsync())["checks"]!["feeds"]!["detail"]!.GetValue<string>().ShouldContain("list: nothing new since");
        var alert = (await poller.StateAsync())["alerts"]!.AsArray().ShouldHaveSingleItem()!;
        alert["reason"]!.GetValue<string>().ShouldBe("silent");

        body = """{"items": ["a", "b", "news"]}""";
        await poller.StateAsync(s => s["alerts"]![0]!["clearedAt"] is not null);
    }

    [Fact]
    public async Task A_changed_layout_raises_one_alert_which_the_metrics_show_and_its_return_clears()
    {
        await using var played = await PlayedSource.StartAsync();
        var body = """{"documents": []}""";
        played.Otherwise = _ => new PlayedAnswer(body);
        await using var poller = await Poller.StartAsync(await servers.CreateDatabaseAsync(), played.Url);
        using var standing = new Gauge("chokepoint.polling.alerts", poller.Get<IMeterFactory>());

        var state = await poller.StateAsync(s => s["failures"]!.GetValue<int>() >= 2);
        state["health"]!.GetValue<string>().ShouldBe("changed");
        state["lastError"]!["failure"]!.GetValue<string>().ShouldBe("layout-changed");
        state["lastError"]!["detail"]!.GetValue<string>().ShouldContain("no items");
        await poller.StateAsync(s => s["alerts"]!.AsArray().Count == 1);
        await Eventually.IsTrueAsync(() => standing.Read() == 1, Patience);

        body = TwoItems;
        var healed = await poller.StateAsync(s => s["health"]!.GetValue<string>() == "ok" && s["alerts"]![0]!["clearedAt"] is not null);
        healed["alerts"]!.AsArray().Count.ShouldBe(1, "one alert, however often the source was asked");
        await Eventually.IsTrueAsync(() => standing.Read() == 0, Patience);
    }

    /// <summary>Reads an observable gauge of one service; those of other tests run in the same process.</summary>
    private sealed class Gauge : IDisposable
    {
        private readonly MeterListener _listener = new();
        private int _sum;

        public Gauge(string name, IMeterFactory service)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name && instrument.Meter.Scope == service) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((_, value, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (tag is { Key: "chokepoint.polling.reason", Value: "changed" }) _sum += value;
                }
            });
            _listener.Start();
        }

        public int Read()
        {
            _sum = 0;
            _listener.RecordObservableInstruments();
            return _sum;
        }

        public void Dispose() => _listener.Dispose();
    }
}
