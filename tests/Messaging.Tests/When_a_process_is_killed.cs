using Chokepoint.Messaging.Inbox;
using Chokepoint.Messaging.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;

namespace Chokepoint.Messaging.Tests;

public sealed class When_a_process_is_killed(ServersFixture servers)
{
    /// <summary>More than a queue's prefetch (256).</summary>
    private const int Innocents = 300;

    [Fact]
    public async Task After_commit_and_before_publish_the_event_arrives_after_the_restart()
    {
        var broker = await servers.CreateBrokerAsync();
        var controls = await servers.CreateDatabaseAsync();
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker);

        using (var victim = Victim.Start(Victim.CommitsAndDies, controls, broker)) await victim.ExitAsync();
        (await Sql.ScalarAsync<long>(controls, "SELECT count(*) FROM messaging.outbox")).ShouldBe(1, "committed, and not yet sent");

        await using var restarted = await TestService.StartAsync("export-controls", controls, broker);
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1);
        await Eventually.BecomesAsync(restarted.OutboxAsync, count => count == 0);
    }

    [Fact]
    public async Task After_publish_and_before_its_row_is_deleted_the_repetition_has_no_effect()
    {
        var broker = await servers.CreateBrokerAsync();
        var controls = await servers.CreateDatabaseAsync();
        var risks = await servers.CreateDatabaseAsync();
        await using var risk = await TestService.StartAsync("risk-scoring", risks, broker);
        await using (var before = await TestService.StartAsync("export-controls", controls, "amqp://127.0.0.1:1"))
            await before.CommitAsync(Events.Control());

        await using (await TableLock.TakeAsync(controls, "messaging.outbox")) // taking rows is allowed, deleting them waits
        {
            using var victim = Victim.Start(Victim.Relays, controls, broker);
            await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1, TimeSpan.FromSeconds(60));
            victim.Kill();
            await victim.ExitAsync();
        }

        await using var restarted = await TestService.StartAsync("export-controls", controls, broker);
        await Eventually.BecomesAsync(restarted.OutboxAsync, count => count == 0);
        var last = Events.Control();
        await restarted.CommitAsync(last);
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 2);
        (await Sql.ScalarAsync<long>(risks, "SELECT count(DISTINCT \"EventId\") FROM applied")).ShouldBe(2);
    }

    [Fact]
    public async Task By_one_message_again_and_again_that_one_is_dead_lettered_and_the_innocents_in_its_prefetch_are_applied()
    {
        var broker = await servers.CreateBrokerAsync();
        var risks = await servers.CreateDatabaseAsync();
        var controls = await servers.CreateDatabaseAsync();
        var deadly = Events.Control(title: Victim.Deadly);
        await using (var publisher = await TestService.StartAsync("export-controls", controls, broker))
        {
            await publisher.CommitAsync([deadly, .. Enumerable.Range(1, Innocents).Select(version => Events.Control(version))]);
            await Eventually.BecomesAsync(publisher.OutboxAsync, count => count == 0);
        }

        var deaths = 0;
        while (true)
        {
            using var victim = Victim.Start(Victim.Handles, risks, broker);
            await Eventually.IsTrueAsync(async () => victim.HasExited || await IsDoneAsync(), TimeSpan.FromSeconds(120));
            if (!victim.HasExited) break;
            deaths++;
        }

        deaths.ShouldBeInRange(7, 9, "three before it is suspected, four that are counted");
        (await Sql.ScalarAsync<string>(risks, "SELECT fault_type FROM messaging.dead_letters")).ShouldBe(nameof(ProcessDiedException));
        (await Sql.ScalarAsync<Guid>(risks, "SELECT event_id FROM messaging.dead_letters")).ShouldBe(deadly.EventId);

        // Nobody is suspected any more, which the last process writes after it has filed the dead letter.
        async Task<bool> IsDoneAsync()
        {
            try
            {
                return await Sql.ScalarAsync<bool>(
                    risks,
                    $$"""
                    SELECT (SELECT count(*) FROM applied) = {{Innocents}} AND (SELECT count(*) FROM messaging.dead_letters) = 1
                        AND NOT EXISTS (SELECT FROM messaging.suspects)
                    """);
            }
            catch (Npgsql.PostgresException exception) when (exception.SqlState == "42P01")
            {
                return false; // not migrated yet
            }
        }
    }
}
