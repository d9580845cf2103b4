using System.Diagnostics;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Outbox;
using Chokepoint.Messaging.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RabbitMQ.Client;

namespace Chokepoint.Messaging.Tests;

public sealed class The_outbox_loses_nothing(ServersFixture servers)
{
    private const string Queue = "risk-scoring.control-state-changed";

    [Fact]
    public async Task A_rollback_publishes_nothing_and_the_next_commit_all_of_its_own()
    {
        var broker = await servers.CreateBrokerAsync();
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker);
        var undone = Events.Control();
        var abandoned = Events.Control();
        var done = Events.Control();
        await controls.WithDbAsync(async db =>
        {
            await using (await db.Database.BeginTransactionAsync())
            {
                db.Publish(abandoned);
                await db.SaveChangesAsync();
            }

            await using (var transaction = await db.Database.BeginTransactionAsync())
            {
                db.Publish(undone);
                await db.SaveChangesAsync();
                await transaction.RollbackAsync();
            }

            await using (var transaction = await db.Database.BeginTransactionAsync())
            {
                db.Publish(done);
                await db.SaveChangesAsync();
                await transaction.CommitAsync();
            }

            return 0;
        });

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1);
        (await risk.WithDbAsync(db => db.Applied.SingleAsync())).EventId.ShouldBe(done.EventId);
        await Eventually.BecomesAsync(controls.OutboxAsync, count => count == 0);
        (await risk.AppliedAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_changed_session_is_clean_for_its_next_user()
    {
        var options = new NpgsqlConnectionStringBuilder(await servers.CreateDatabaseAsync()) { NoResetOnClose = true, MaxPoolSize = 1 };
        await using var source = NpgsqlDataSource.Create(options);
        const string state = """
            SELECT pg_backend_pid(), current_setting('synchronous_commit'), (SELECT count(*) FROM pg_listening_channels()),
                (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
            """;
        async Task<(int Session, string Commit, long Channels, long Locks)> StateAsync(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand(state, connection);
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            return (reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3));
        }

        var changed = await source.OpenConnectionAsync();
        await using (var change = new NpgsqlBatch(changed)
        {
            BatchCommands = { new("SET synchronous_commit = off"), new("LISTEN there"), new("SELECT pg_advisory_lock(7)") },
        })
            await change.ExecuteNonQueryAsync();
        var before = await StateAsync(changed);
        await ChangedSession.CloseAsync(changed);
        await using var next = await source.OpenConnectionAsync();
        var after = await StateAsync(next);

        before.ShouldBe((before.Session, "off", 1, 1));
        after.ShouldBe((before.Session, "on", 0, 0));
    }

    [Fact]
    public async Task One_event_per_commit_is_handled_without_waiting_for_the_poll()
    {
        var broker = await servers.CreateBrokerAsync();
        static void RarelyPoll(MessagingOptions options) => options.PollInterval = TimeSpan.FromMinutes(1);
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker, configure: RarelyPoll);
        var arrived = new SemaphoreSlim(0);
        var script = new Script
        {
            OnHandle = (_, _, _) =>
            {
                arrived.Release();
                return Task.CompletedTask;
            },
        };
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker, script);
        var taken = new List<double>();
        for (var i = 0; i < 60; i++)
        {
            var start = Stopwatch.GetTimestamp();
            if (i % 2 == 0) await controls.CommitAsync(Events.Control(i + 1));
            else await CommitExplicitlyAsync(controls, Events.Control(i + 1));
            (await arrived.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue();
            taken.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        // A poll would show as a minute. How quick it is says ./bench outbox.
        taken.Order().ElementAt(30).ShouldBeLessThan(10_000);
    }

    [Fact]
    public async Task Rows_of_the_raw_path_are_published_after_its_commit()
    {
        var broker = await servers.CreateBrokerAsync();
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker);
        var outbox = controls.Get<IOutbox>();

        await using (var connection = await controls.Get<NpgsqlDataSource>().OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await outbox.WriteAsync(transaction, [.. Enumerable.Range(1, 1000).Select(version => Events.Control(version))], CancellationToken.None);
            await transaction.CommitAsync();
            outbox.Committed();
        }

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1000, TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(6_000)] // more than is held in memory: the relay finds them in the table
    public async Task A_gathered_batch_is_handed_over_after_its_commit_and_sent_whole(int events)
    {
        var broker = await servers.CreateBrokerAsync();
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await Eventually.IsTrueAsync(() => controls.Get<Broker.BrokerLink>().IsUp);
        var gathered = controls.Get<IOutbox>().Gather();
        foreach (var version in Enumerable.Range(1, events)) gathered.Add(Events.Control(version));

        await using (var connection = await controls.Get<NpgsqlDataSource>().OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using (var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { gathered.Insert() } }) await batch.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }

        gathered.Committed();

        await Eventually.BecomesAsync(controls.OutboxAsync, count => count == 0, TimeSpan.FromSeconds(90));
        (await Amqp.ReadyAsync(broker, Queue)).ShouldBe((uint)events);
    }

    [Fact]
    public async Task An_unroutable_event_comes_back_waits_and_arrives_once_its_queue_exists()
    {
        var broker = await servers.CreateBrokerAsync();
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await Eventually.IsTrueAsync(() => controls.Get<Broker.BrokerLink>().IsUp); // else it would bind after the unbinding
        await Amqp.WithChannelAsync(broker, async channel =>
        {
            var route = EventTopology.Routes.Single(route => route.Event == typeof(ControlStateChanged));
            foreach (var consumer in route.Consumers)
                await channel.QueueUnbindAsync(route.QueueOf(consumer), "chokepoint.control-state-changed", "");
        });

        await controls.CommitAsync(Events.Control());

        // Returned, counted and tried again; the return made the relay declare the topology anew, so the next attempt arrives.
        await Eventually.BecomesAsync(() => Amqp.ReadyAsync(broker, Queue), ready => ready == 1);
        await Eventually.BecomesAsync(controls.OutboxAsync, count => count == 0);
    }

    [Fact]
    public async Task Rows_that_cannot_be_sent_are_quarantined_with_their_reason_and_the_rest_flow()
    {
        var broker = await servers.CreateBrokerAsync();
        var database = await servers.CreateDatabaseAsync();
        await using var controls = await TestService.StartAsync(
            "export-controls", database, broker, configure: options => options.MaximumPayloadBytes = 100_000);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker);
        var tooLarge = Events.Control(title: new string('x', 200_000));
        await Sql.ExecuteAsync(database, """
            INSERT INTO messaging.outbox (id, event_id, event_type, payload)
            VALUES (gen_random_uuid(), gen_random_uuid(), 'NoSuchEvent', '{}')
            """);

        await controls.CommitAsync([tooLarge, .. Enumerable.Range(1, 50).Select(version => Events.Control(version))]);

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 50);
        var quarantine = controls.Get<IQuarantine>();
        var set = await Eventually.BecomesAsync(() => quarantine.ListAsync(null, 10, CancellationToken.None), list => list.Count == 2);
        set.Single(row => row.EventType == "NoSuchEvent").Reason.ShouldContain("No route");
        var large = set.Single(row => row.EventId == tooLarge.EventId);
        large.Reason.ShouldContain("at most 100000");
        await Eventually.BecomesAsync(controls.OutboxAsync, count => count == 0);

        controls.Get<Microsoft.Extensions.Options.IOptions<MessagingOptions>>().Value.MaximumPayloadBytes = 1_000_000;
        (await quarantine.ReplayAsync(large.Id, CancellationToken.None)).ShouldBeTrue();
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 51);
        (await quarantine.DiscardAsync(set.Single(row => row.EventType == "NoSuchEvent").Id, CancellationToken.None)).ShouldBeTrue();
        (await quarantine.ListAsync(null, 10, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_relays_at_once_send_every_row_and_none_twice()
    {
        var broker = await servers.CreateBrokerAsync();
        var database = await servers.CreateDatabaseAsync();
        await using var first = await TestService.StartAsync("export-controls", database, broker, configure: options => options.BatchSize = 20);
        await using var second = await TestService.StartAsync("export-controls", database, broker, configure: options => options.BatchSize = 20);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            (i % 2 == 0 ? first : second).CommitAsync(Enumerable.Range(1, 50).Select(version => Events.Control(version)))));

        await Eventually.BecomesAsync(first.OutboxAsync, count => count == 0);
        (await Amqp.ReadyAsync(broker, Queue)).ShouldBe(2000u);
    }

    [Fact]
    public async Task Rows_of_a_process_without_a_broker_are_sent_by_its_replica_at_once()
    {
        var broker = await servers.CreateBrokerAsync();
        var database = await servers.CreateDatabaseAsync();
        await using var cutOff = await TestService.StartAsync("export-controls", database, "amqp://127.0.0.1:1");
        await using var replica = await TestService.StartAsync(
            "export-controls", database, broker, configure: options => options.PollInterval = TimeSpan.FromMinutes(5));
        await Eventually.SucceedsAsync(() => Amqp.ReadyAsync(broker, Queue));
        await Eventually.IsTrueAsync(async () =>
            await Sql.ScalarAsync<long>(database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'") == 2);

        await cutOff.CommitAsync(Events.Control());

        await Eventually.BecomesAsync(() => Amqp.ReadyAsync(broker, Queue), ready => ready == 1);
    }

    private static Task<int> CommitExplicitlyAsync(TestService service, IPlatformEvent @event) => service.WithDbAsync(async db =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Publish(@event);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return 0;
    });
}
