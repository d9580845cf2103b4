using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;
using Npgsql;

namespace Chokepoint.Polling.Tests;

public class When_several_processes_poll(ServersFixture servers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task One_polls_at_a_time()
    {
        await using var played = await PlayedSource.StartAsync();
        var (inside, most) = (0, 0);
        played.Otherwise = _ => new PlayedAnswer("""{"items": ["a", "b"]}""")
        {
            BeforeAnswer = async _ =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
            },
        };
        var database = await servers.CreateDatabaseAsync();
        await using var one = await Poller.StartAsync(database, played.Url, ("Feeds:List:Interval", "00:00:00.01"));
        await using var other = await Poller.StartAsync(database, played.Url, ("Feeds:List:Interval", "00:00:00.01"));

        await Eventually.IsTrueAsync(() => played.Requests.Count >= 20, Patience);
        most.ShouldBe(1);
        (await Poller.ItemsAsync(database)).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_source_held_by_a_turn_is_left_to_it()
    {
        await using var played = await PlayedSource.StartAsync();
        var release = new TaskCompletionSource();
        played.AnswerNext(new PlayedAnswer("""{"items": ["a"]}""") { BeforeAnswer = token => release.Task.WaitAsync(token) });
        played.Otherwise = _ => new PlayedAnswer("""{"items": ["a"]}""");
        var database = await servers.CreateDatabaseAsync();
        await using var one = await Poller.StartAsync(database, played.Url);
        await Eventually.IsTrueAsync(() => played.Requests.Count == 1, Patience);
        await using var other = await Poller.StartAsync(database, played.Url);

        // The other has looked at the source, found it due and held, and looked again.
        (await other.StateAsync(s => s["isPolling"]!.GetValue<bool>()))["lastSuccessAt"].ShouldBeNull();
        using var hastened = await other.Client.PostAsync("/api/tests/feeds/list/poll", content: null);
        played.Requests.Count.ShouldBe(1);
        release.SetResult();
        await other.StateAsync(s => s["lastSuccessAt"] is not null);
    }

    [Fact]
    public async Task A_stop_within_a_turn_loses_nothing_and_doubles_nothing()
    {
        await using var played = await PlayedSource.StartAsync();
        var (held, third) = (new TaskCompletionSource(), 0);
        played.Otherwise = request => request.Query switch
        {
            "?page=1" => new PlayedAnswer("""{"items": ["a", "b"], "next": 2}"""),
            "?page=2" => new PlayedAnswer("""{"items": ["c"], "next": 3}"""),
            _ => new PlayedAnswer("""{"items": ["d"]}""")
            {
                BeforeAnswer = token => Interlocked.Increment(ref third) > 1 ? Task.CompletedTask : held.Task.WaitAsync(token),
            },
        };
        var database = await servers.CreateDatabaseAsync();
        await using (await Poller.StartAsync(database, played.Url))
        {
            await Eventually.IsTrueAsync(() => third == 1, Patience);
        }
        (await Poller.ItemsAsync(database)).ShouldBe(["a", "b", "c"]);

        await using var again = await Poller.StartAsync(database, played.Url, ("Feeds:List:Interval", "10:00:00"));
        await again.StateAsync(s => s["lastSuccessAt"] is not null);
        (await Poller.ItemsAsync(database)).ShouldBe(["a", "b", "c", "d"]);
        played.Requests.Count(r => r.Query == "?page=1").ShouldBe(1, "it goes on where it was");
    }

    [Fact]
    public async Task What_was_read_by_a_turn_that_died_before_its_commit_is_fetched_again_whole()
    {
        await using var played = await PlayedSource.StartAsync();
        played.AnswerNext(new PlayedAnswer(Status: 500));
        played.Otherwise = _ => new PlayedAnswer("""{"items": ["a", "b"]}""") { ETag = "\"v1\"" };
        var database = await servers.CreateDatabaseAsync();
        await using var poller = await Poller.StartAsync(database, played.Url, OnlyWhenAsked);
        await poller.FailsAsync("server-error");

        poller.Source.BeforeCommit = () => throw new IOException("the process dies here");
        await HastenAsync(poller);
        await poller.FailsAsync("internal");
        (await Poller.ItemsAsync(database)).ShouldBeEmpty();

        poller.Source.BeforeCommit = null;
        await HastenAsync(poller);
        await poller.StateAsync(s => s["failures"]!.GetValue<int>() == 0);
        (await Poller.ItemsAsync(database)).ShouldBe(["a", "b"]);
        played.Requests[^1].Headers.Keys.ShouldNotContain("if-none-match", "an answer that was not stored makes no request conditional");
    }

    [Fact]
    public async Task A_holder_taken_for_dead_cannot_store_beside_its_successor()
    {
        await using var played = await PlayedSource.StartAsync();
        played.AnswerNext(new PlayedAnswer(Status: 500));
        played.Otherwise = _ => new PlayedAnswer("""{"items": ["a"]}""");
        var database = await servers.CreateDatabaseAsync();
        await using var poller = await Poller.StartAsync(database, played.Url, OnlyWhenAsked);
        await poller.FailsAsync("server-error");

        // While it has fetched and not yet stored, the lease passes to another, as it would after a long pause of the machine.
        played.AnswerNext(new PlayedAnswer("""{"items": ["a", "late"]}""")
        {
            BeforeAnswer = async token =>
            {
                await using var source = NpgsqlDataSource.Create(database);
                await using var steal = source.CreateCommand("UPDATE polling.sources SET lease_number = lease_number + 1, lease_until = now() - interval '1 s'");
                await steal.ExecuteNonQueryAsync(token);
            },
        });
        await HastenAsync(poller);

        await poller.StateAsync(s => s["lastSuccessAt"] is not null);
        (await Poller.ItemsAsync(database)).ShouldBe(["a"]);
        played.Requests.Count.ShouldBe(3);
    }

    /// <summary>With a long wait after a failure, so that a test says when the next turn is.</summary>
    private static readonly (string, string)[] OnlyWhenAsked =
        [("Feeds:List:Interval", "10:00:00"), ("Feeds:List:BackOff", "10:00:00"), ("Feeds:List:MaxBackOff", "10:00:00")];

    private static async Task HastenAsync(Poller poller)
    {
        using var answer = await poller.Client.PostAsync("/api/tests/feeds/list/poll", content: null);
        answer.EnsureSuccessStatusCode();
    }
}
