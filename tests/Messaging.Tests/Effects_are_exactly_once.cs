using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Outbox;
using Chokepoint.Messaging.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Messaging.Tests;

public sealed class Effects_are_exactly_once(ServersFixture servers)
{
    private const string Queue = "risk-scoring.control-state-changed";

    [Fact]
    public async Task What_is_committed_is_handled_once_and_leaves_the_outbox_empty()
    {
        var broker = await servers.CreateBrokerAsync();
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker);
        var sent = Enumerable.Range(1, 500).Select(version => Events.Control(version)).ToList();

        await controls.CommitAsync(sent);

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 500);
        var applied = await risk.WithDbAsync(db => db.Applied.Select(row => row.EventId).ToListAsync());
        applied.Order().ShouldBe(sent.Select(one => one.EventId).Order());
        await Eventually.BecomesAsync(controls.OutboxAsync, count => count == 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_message_a_hundred_times_over_three_replicas_has_one_effect(bool alone)
    {
        var broker = await servers.CreateBrokerAsync();
        var database = await servers.CreateDatabaseAsync();
        var replicas = new List<TestService>();
        for (var i = 0; i < 3; i++) replicas.Add(await TestService.StartAsync("risk-scoring", database, broker, alone: alone));
        var one = Events.Control();
        await Eventually.SucceedsAsync(() => Amqp.PublishAsync(broker, Queue, one.EventId, Json(one)));

        await Amqp.PublishAsync(broker, Queue, one.EventId, Json(one), times: 99);

        await Eventually.BecomesAsync(() => Amqp.ReadyAsync(broker, Queue), ready => ready == 0);
        foreach (var replica in replicas) await replica.DisposeAsync(); // what is in hand is finished or given back
        (await Amqp.ReadyAsync(broker, Queue)).ShouldBe(0u);
        (await Sql.ScalarAsync<long>(database, "SELECT count(*) FROM applied")).ShouldBe(1);
    }

    [Fact]
    public async Task What_comes_by_itself_is_handled_alone_and_what_comes_again_has_no_effect_and_is_no_fault()
    {
        var broker = await servers.CreateBrokerAsync();
        var script = new Script();
        var database = await servers.CreateDatabaseAsync();
        var risk = await TestService.StartAsync("risk-scoring", database, broker, script, alone: true);
        for (var version = 1; version <= 3; version++)
        {
            var one = Events.Control(version);
            await Eventually.SucceedsAsync(() => Amqp.PublishAsync(broker, Queue, one.EventId, Json(one)));
            await Eventually.BecomesAsync(risk.AppliedAsync, count => count == version);
            await Amqp.PublishAsync(broker, Queue, one.EventId, Json(one));
            await Eventually.BecomesAsync(() => Task.FromResult(script.Alone), calls => calls == 2 * version);
        }

        await risk.DisposeAsync(); // what is in hand is finished or given back
        (await Amqp.ReadyAsync(broker, Queue)).ShouldBe(0u, "no repetition was still being tried");
        script.Alone.ShouldBe(6);
        (await Sql.ScalarAsync<long>(database, "SELECT count(*) FROM applied")).ShouldBe(3);
        (await Sql.ScalarAsync<long>(database, "SELECT count(*) FROM messaging.inbox")).ShouldBe(3);
        (await Sql.ScalarAsync<long>(database, "SELECT count(*) FROM messaging.dead_letters")).ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handler_of_a_lone_event_that_fails_or_does_not_commit_has_no_effect_and_the_event_comes_again(bool forgets)
    {
        var broker = await servers.CreateBrokerAsync();
        var failures = 0;
        var script = new Script { ForgetsToCommit = forgets };
        script.OnHandle = (_, _, _) =>
        {
            if (Interlocked.Increment(ref failures) > 2) script.ForgetsToCommit = false;
            else if (!forgets) throw new InvalidOperationException("blown up before the commit");
            return Task.CompletedTask;
        };
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker, script, alone: true);
        var one = Events.Control();

        await Eventually.SucceedsAsync(() => Amqp.PublishAsync(broker, Queue, one.EventId, Json(one)));

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1);
        script.Alone.ShouldBe(3);
        await Eventually.BecomesAsync(() => Amqp.ReadyAsync(broker, Queue), ready => ready == 0);
    }

    [Fact]
    public async Task Versions_arriving_3_1_2_leave_version_3()
    {
        var broker = await servers.CreateBrokerAsync();
        var newest = new Script
        {
            OnHandle = async (db, @event, token) =>
            {
                var known = await db.Projections.FindAsync([@event.NoticeId], token);
                if (known is null) db.Projections.Add(new Projection { Key = @event.NoticeId, Version = @event.Version });
                else if (@event.Version > known.Version) known.Version = @event.Version;
            },
        };
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker, newest);
        var notice = Guid.NewGuid();

        foreach (var version in (long[])[3, 1, 2])
        {
            var arrived = await risk.AppliedAsync();
            await controls.CommitAsync(Events.Control(version, notice));
            await Eventually.BecomesAsync(risk.AppliedAsync, count => count == arrived + 1);
        }

        (await risk.WithDbAsync(db => db.Projections.SingleAsync())).Version.ShouldBe(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handler_that_fails_after_saving_leaves_one_effect_and_publishes_once(bool retryingStrategy)
    {
        var broker = await servers.CreateBrokerAsync();
        var failures = 0;
        var script = new Script
        {
            OnHandle = async (db, @event, token) =>
            {
                if (@event.Version == 1) db.Publish(Events.Control(1001));
                await db.SaveChangesAsync(token);
                if (Interlocked.Increment(ref failures) <= 3) throw new InvalidOperationException("blown up after saving");
            },
        };
        var database = await servers.CreateDatabaseAsync();
        await using var risk = await TestService.StartAsync("risk-scoring", database, broker, script, retrying: retryingStrategy);
        var one = Events.Control();

        await Eventually.SucceedsAsync(() => Amqp.PublishAsync(broker, Queue, one.EventId, Json(one)));

        // What it publishes comes back to its own queue here.
        await Eventually.BecomesAsync(() => risk.WithDbAsync(db => db.Applied.CountAsync(row => row.Version == 1001)), count => count == 1);
        (await risk.WithDbAsync(db => db.Applied.CountAsync(row => row.Version == 1))).ShouldBe(1);
        await Eventually.BecomesAsync(risk.OutboxAsync, count => count == 0);
    }

    [Fact]
    public async Task A_handler_that_lingers_applies_what_comes_meanwhile_in_the_same_transaction()
    {
        var broker = await servers.CreateBrokerAsync();
        var database = await servers.CreateDatabaseAsync();
        await using var risk = await TestService.StartAsync("risk-scoring", database, broker, linger: TimeSpan.FromSeconds(6)); // four connections take as long on a busy machine
        var first = Events.Control();
        await Eventually.SucceedsAsync(() => Amqp.PublishAsync(broker, Queue, first.EventId, Json(first)));
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1); // it consumes by now

        for (var version = 2; version <= 5; version++)
        {
            var one = Events.Control(version);
            await Amqp.PublishAsync(broker, Queue, one.EventId, Json(one));
        }

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 5);
        (await Sql.ScalarAsync<long>(database, "SELECT count(DISTINCT xmin::text) FROM applied")).ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_sent_stays_for_a_moment_and_is_gone_before_a_look_at_the_table_and_when_the_service_stops(bool looks)
    {
        var broker = await servers.CreateBrokerAsync();
        var database = await servers.CreateDatabaseAsync();
        await using (var controls = await TestService.StartAsync("export-controls", database, broker, configure: options =>
            (options.DeletionLinger, options.PollInterval) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1))))
        {
            await Eventually.IsTrueAsync(() => Task.FromResult(controls.Get<FreshRows>().HasRelay)); // from here on it publishes from memory
            await using (var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker))
            {
                await controls.CommitAsync(Events.Control());
                await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1);
            }

            (await controls.OutboxAsync()).ShouldBe(1);
            if (looks)
            {
                controls.Get<IOutbox>().Committed();
                await Eventually.BecomesAsync(controls.OutboxAsync, count => count == 0);
                (await Amqp.ReadyAsync(broker, Queue)).ShouldBe(0u, "it was not sent again");
            }
        }

        (await Sql.ScalarAsync<long>(database, "SELECT count(*) FROM messaging.outbox")).ShouldBe(0);
    }

    [Fact]
    public async Task A_repetition_after_the_inbox_forgot_is_the_handlers_to_recognise_and_pruning_forgets_only_the_old()
    {
        var broker = await servers.CreateBrokerAsync();
        var database = await servers.CreateDatabaseAsync();
        var recognises = new Script
        {
            OnHandle = async (db, @event, token) =>
            {
                if (await db.Projections.FindAsync([@event.NoticeId], token) is null) db.Projections.Add(new Projection { Key = @event.NoticeId, Version = @event.Version });
            },
        };
        var risk = await TestService.StartAsync("risk-scoring", database, broker, recognises);
        var (old, young) = (Events.Control(), Events.Control());
        await Eventually.SucceedsAsync(() => Amqp.PublishAsync(broker, Queue, old.EventId, Json(old)));
        await Amqp.PublishAsync(broker, Queue, young.EventId, Json(young));
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 2);
        await Sql.ExecuteAsync(database, $"""
            UPDATE messaging.inbox SET received_at = now() - CASE event_id WHEN '{old.EventId}' THEN interval '8 days' ELSE interval '6 days' END
            """);
        using var pruner = new Inbox.InboxPruner(
            risk.Get<Npgsql.NpgsqlDataSource>(), risk.Get<Microsoft.Extensions.Options.IOptions<MessagingOptions>>(), TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Inbox.InboxPruner>.Instance);

        (await pruner.PruneAsync(CancellationToken.None)).ShouldBe(1);
        await Amqp.PublishAsync(broker, Queue, old.EventId, Json(old));
        await Amqp.PublishAsync(broker, Queue, young.EventId, Json(young));

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 3);
        await Eventually.BecomesAsync(() => Amqp.ReadyAsync(broker, Queue), ready => ready == 0);
        await risk.DisposeAsync(); // what is in hand is finished or given back
        (await Amqp.ReadyAsync(broker, Queue)).ShouldBe(0u);
        (await Sql.ScalarAsync<long>(database, $"""SELECT count(*) FROM applied WHERE "EventId" = '{old.EventId}'""")).ShouldBe(2, "its handler was asked again");
        (await Sql.ScalarAsync<long>(database, $"""SELECT count(*) FROM applied WHERE "EventId" = '{young.EventId}'""")).ShouldBe(1);
        (await Sql.ScalarAsync<long>(database, "SELECT count(*) FROM projection")).ShouldBe(2, "and recognised it");
    }

    private static byte[] Json(ControlStateChanged @event) => JsonSerializer.SerializeToUtf8Bytes(@event, EventJson.Options);
}
