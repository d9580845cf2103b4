using Chokepoint.Messaging.DeadLetters;
using Chokepoint.Messaging.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Messaging.Tests;

public sealed class When_a_message_cannot_be_applied(ServersFixture servers)
{
    private const string Queue = "risk-scoring.control-state-changed";

    [Fact]
    public async Task It_is_dead_lettered_with_its_reason_while_a_thousand_others_pass_and_replayed_after_a_fix()
    {
        var broker = await servers.CreateBrokerAsync();
        var poison = Events.Control(title: "poison");
        var script = new Script
        {
            OnHandle = (_, @event, _) =>
                @event.Title == "poison" ? throw new InvalidOperationException("No figure for this mineral") : Task.CompletedTask,
        };
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker, script);
        var letters = risk.Get<IDeadLetters>();

        await controls.CommitAsync([.. Innocents(500), poison, .. Innocents(500)]);

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1000, TimeSpan.FromSeconds(30));
        var list = await Eventually.BecomesAsync(() => letters.ListAsync(Queue, null, 10, CancellationToken.None), list => list.Count == 1);
        list[0].EventId.ShouldBe(poison.EventId);
        list[0].EventType.ShouldBe("ControlStateChanged");
        list[0].FaultType.ShouldBe("InvalidOperationException");
        list[0].Reason.ShouldBe("InvalidOperationException: No figure for this mineral");
        (await letters.FindAsync(list[0].Id, CancellationToken.None))!.Body.ShouldContain("\"title\":\"poison\"");

        script.OnHandle = (_, _, _) => Task.CompletedTask;
        (await letters.ReplayAsync(list[0].Id, CancellationToken.None)).ShouldBeTrue();

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1001);
        (await letters.ListAsync(null, null, 10, CancellationToken.None)).ShouldBeEmpty();
        (await letters.ReplayAsync(list[0].Id, CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Of_a_group_that_is_applied_at_once_it_alone_is_dead_lettered_and_each_other_is_applied_once()
    {
        var broker = await servers.CreateBrokerAsync();
        var script = new Script
        {
            OnHandle = (_, @event, _) => @event.Title == "poison" ? throw new InvalidOperationException("No figure for this mineral") : Task.CompletedTask,
        };
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker, script, together: true);
        var poison = Events.Control(title: "poison");

        await controls.CommitAsync([.. Innocents(500), poison, .. Innocents(500)]);

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1000, TimeSpan.FromSeconds(30));
        var list = await Eventually.BecomesAsync(() => risk.Get<IDeadLetters>().ListAsync(Queue, null, 10, CancellationToken.None), list => list.Count == 1);
        list[0].EventId.ShouldBe(poison.EventId);
        script.LargestGroup.ShouldBeGreaterThan(1);
        (await risk.AppliedAsync()).ShouldBe(1000);
    }

    [Fact]
    public async Task A_replay_that_fails_again_is_the_same_dead_letter_and_a_discarded_one_is_gone()
    {
        var broker = await servers.CreateBrokerAsync();
        var script = new Script { OnHandle = (_, _, _) => throw new InvalidOperationException("still broken") };
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker, script);
        var letters = risk.Get<IDeadLetters>();
        await controls.CommitAsync(Events.Control());
        var first = await Eventually.BecomesAsync(() => letters.ListAsync(null, null, 10, CancellationToken.None), list => list.Count == 1);

        await letters.ReplayAsync(first[0].Id, CancellationToken.None);

        var second = await Eventually.BecomesAsync(() => letters.ListAsync(null, null, 10, CancellationToken.None), list => list.Count == 1);
        second[0].EventId.ShouldBe(first[0].EventId);
        (await letters.DiscardAsync(second[0].Id, CancellationToken.None)).ShouldBeTrue();
        (await letters.FindAsync(second[0].Id, CancellationToken.None)).ShouldBeNull();
        (await risk.AppliedAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_is_no_event_is_dead_lettered_and_the_next_message_passes()
    {
        var broker = await servers.CreateBrokerAsync();
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker);
        var letters = risk.Get<IDeadLetters>();
        await Eventually.SucceedsAsync(() => Amqp.PublishAsync(broker, Queue, Guid.NewGuid(), "not json"u8.ToArray()));
        await Amqp.PublishAsync(broker, Queue, Guid.NewGuid(), """{"version":1}"""u8.ToArray());

        await controls.CommitAsync(Events.Control());

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1);
        await Eventually.BecomesAsync(() => letters.ListAsync(Queue, null, 10, CancellationToken.None), list => list.Count == 2);
    }

    [Fact]
    public async Task A_deadlock_is_not_counted_against_it_however_often_it_is_the_victim()
    {
        var broker = await servers.CreateBrokerAsync();
        var attempts = 0;
        var script = new Script
        {
            OnHandle = (_, _, _) => Interlocked.Increment(ref attempts) < 10
                ? throw new Npgsql.PostgresException("deadlock detected", "ERROR", "ERROR", Npgsql.PostgresErrorCodes.DeadlockDetected)
                : Task.CompletedTask,
        };
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker, script);

        await controls.CommitAsync(Events.Control());

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1, TimeSpan.FromSeconds(30));
        attempts.ShouldBe(10);
    }

    [Fact]
    public async Task Given_back_so_often_that_it_is_suspected_it_waits_for_its_database_like_any_other()
    {
        var broker = await servers.CreateBrokerAsync();
        var risks = await servers.CreateDatabaseAsync();
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using (await TestService.StartAsync("risk-scoring", risks, broker))
        {
        }

        await controls.CommitAsync(Innocents(20));
        await Eventually.BecomesAsync(() => Amqp.ReadyAsync(broker, Queue), ready => ready == 20);
        for (var death = 0; death < 3; death++)
        {
            await Amqp.WithChannelAsync(broker, async channel =>
            {
                for (var i = 0; i < 20; i++) (await channel.BasicGetAsync(Queue, autoAck: false)).ShouldNotBeNull();
            });
            await Eventually.BecomesAsync(() => Amqp.ReadyAsync(broker, Queue), ready => ready == 20);
        }

        await Sql.ExecuteAsync(risks, "ALTER TABLE messaging.suspects RENAME TO suspects_away"); // as before a migration
        await using var risk = await TestService.StartAsync("risk-scoring", risks, broker);
        await Takes.OutageAsync(TimeSpan.FromSeconds(3));
        await Sql.ExecuteAsync(risks, "ALTER TABLE messaging.suspects_away RENAME TO suspects");

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 20, TimeSpan.FromSeconds(30));
        (await Sql.ScalarAsync<long>(risks, "SELECT count(*) FROM messaging.dead_letters")).ShouldBe(0);
    }

    [Fact]
    public async Task A_collision_that_passes_is_tried_again_and_applied()
    {
        var broker = await servers.CreateBrokerAsync();
        var attempts = 0;
        var script = new Script
        {
            OnHandle = (_, _, _) => Interlocked.Increment(ref attempts) < 3 ? throw new DbUpdateConcurrencyException("row changed") : Task.CompletedTask,
        };
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker, script);

        await controls.CommitAsync(Events.Control());

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1);
        attempts.ShouldBe(3);
    }

    [Fact]
    public async Task A_service_that_stops_in_the_middle_gives_back_what_it_had_not_finished()
    {
        var broker = await servers.CreateBrokerAsync();
        var database = await servers.CreateDatabaseAsync();
        var slow = new Script { OnHandle = (_, _, token) => Takes.WorkAsync(20, token) };
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using (var stopped = await TestService.StartAsync("risk-scoring", database, broker, slow))
        {
            await controls.CommitAsync(Innocents(600));
            await Eventually.BecomesAsync(stopped.AppliedAsync, count => count > 0);
        }

        (await Sql.ScalarAsync<long>(database, "SELECT count(*) FROM applied")).ShouldBeLessThan(600);
        await using var next = await TestService.StartAsync("risk-scoring", database, broker);
        await Eventually.BecomesAsync(next.AppliedAsync, count => count == 600, TimeSpan.FromSeconds(30));
        (await next.Get<IDeadLetters>().ListAsync(null, null, 10, CancellationToken.None)).ShouldBeEmpty();
    }

    private static IEnumerable<Chokepoint.Contracts.ControlStateChanged> Innocents(int count) =>
        Enumerable.Range(1, count).Select(version => Events.Control(version));
}
