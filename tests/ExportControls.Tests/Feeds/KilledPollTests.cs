using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;
using Npgsql;

namespace Chokepoint.ExportControls.Tests.Feeds;

/// <summary>The real process killed amid a poll, and another started after it: every document is one draft.</summary>
public class KilledPollTests(ServersFixture servers)
{
    private const int Pages = 3;
    private const int PerPage = 4;

    [Fact]
    public async Task Killed_between_two_pages_it_goes_on_where_it_was_and_doubles_nothing()
    {
        var asked = new TaskCompletionSource();
        await using var register = await PlayAsync(page => page is 2 && !asked.Task.IsCompleted ? Hold(asked) : null);
        var (database, broker) = (await servers.CreateDatabaseAsync(), await servers.CreateBrokerAsync());
        await using (var killed = await ControlsProcess.StartAsync(database, broker, Polling(register)))
        {
            await asked.Task.WaitAsync(FedControls.Patience);
            await killed.KillAsync();
        }
        (await CountAsync(database, "SELECT count(*) FROM drafts")).ShouldBe(PerPage, "the first page was stored");

        await using var after = await ControlsProcess.StartAsync(database, broker, Polling(register));
        await AllOnceAsync(database, register);
    }

    /// <summary>The drafts are written and the feed's state is not: Postgres holds the statement that would write it.</summary>
    [Fact]
    public async Task Killed_when_drafts_are_written_and_the_feeds_state_is_not_it_stores_them_once()
    {
        await using var register = await PlayAsync(_ => null);
        var (database, broker) = (await servers.CreateDatabaseAsync(), await servers.CreateBrokerAsync());
        await using (await ControlsProcess.StartAsync(database, broker))
        {
            // Made the tables, polls nothing.
        }
        await RunAsync(database, """
            CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE INSERT ON polling.seen FOR EACH ROW EXECUTE FUNCTION hold();
            """);
        const string Held = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
        await using (var killed = await ControlsProcess.StartAsync(database, broker, Polling(register)))
        {
            await Eventually.IsTrueAsync(async () => await CountAsync(database, $"SELECT count(*) {Held}") == 1, FedControls.Patience);
            (await CountAsync(database, "SELECT count(*) FROM drafts")).ShouldBe(0, "nothing of it is seen before the commit");
            await killed.KillAsync();
        }
        await RunAsync(database, $"SELECT pg_terminate_backend(pid) {Held}"); // as Postgres does itself once it looks at the dead connection
        await RunAsync(database, "DROP TRIGGER hold ON polling.seen");
        (await CountAsync(database, "SELECT count(*) FROM drafts")).ShouldBe(0);

        await using var after = await ControlsProcess.StartAsync(database, broker, Polling(register));
        await AllOnceAsync(database, register);
    }

    private static async Task AllOnceAsync(string database, PlayedSource register)
    {
        await Eventually.IsTrueAsync(async () => await CountAsync(database, "SELECT count(*) FROM drafts") >= Pages * PerPage, FedControls.Patience);
        await FedControls.AskedAgainAsync(register, 2 * Pages); // it looks again, and finds nothing new
        (await CountAsync(database, "SELECT count(*) FROM drafts")).ShouldBe(Pages * PerPage);
        (await CountAsync(database, "SELECT count(DISTINCT number_key) FROM drafts")).ShouldBe(Pages * PerPage);
        (await CountAsync(database, "SELECT count(*) FROM draft_sources")).ShouldBe(Pages * PerPage);
    }

    private static async Task<PlayedSource> PlayAsync(Func<int, Func<CancellationToken, Task>?> before)
    {
        var register = await PlayedSource.StartAsync();
        register.Otherwise = request =>
        {
            var page = int.Parse(request.Query.Split("&page=")[1].Split('&')[0], System.Globalization.CultureInfo.InvariantCulture);
            var documents = Enumerable.Range(1, PerPage).Select(i => Samples.FederalDocument(number: $"2026-{10000 + (100 * page) + i}"));
            var next = page < Pages ? "\"http://next\"" : "null";
            return new PlayedAnswer($$"""{"count": {{Pages * PerPage}}, "total_pages": {{Pages}}, "next_page_url": {{next}}, "results": [{{string.Join(',', documents)}}]}""")
            {
                BeforeAnswer = before(page),
            };
        };
        return register;
    }

    private static Func<CancellationToken, Task> Hold(TaskCompletionSource asked) => async cancellationToken =>
    {
        asked.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    };

    private static (string, string)[] Polling(PlayedSource register) =>
    [
        ("Feeds:FederalRegister:Enabled", "true"), ("Feeds:FederalRegister:Address", new Uri(register.Url, "/api/v1/documents.json").ToString()),
        ("Feeds:FederalRegister:Interval", "00:00:00.2"), ("Feeds:FederalRegister:BackOff", "00:00:00.2"), ("Feeds:FederalRegister:MaxBackOff", "00:00:00.5"),
        ("Feeds:FederalRegister:Gap", "00:00:00"), ("Feeds:FederalRegister:Tries", "1"), ("Polling:Pause", "00:00:00.05"), ("Polling:Lease", "00:00:05"),
    ];

    private static async Task<long> CountAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task RunAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
