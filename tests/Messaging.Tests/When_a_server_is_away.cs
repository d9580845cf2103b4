using System.Diagnostics;
using Chokepoint.Messaging.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Chokepoint.Messaging.Tests;

/// <summary>Breaks servers of its own, one after another.</summary>
public sealed class When_a_server_is_away
{
    [Fact]
    public async Task The_broker_is_killed_and_back_commits_go_on_and_everything_arrives_within_seconds_of_its_return()
    {
        await using var servers = await ServersFixture.StartOwnAsync();
        var broker = await servers.CreateVirtualHostAsync(CancellationToken.None);
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(CancellationToken.None), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(CancellationToken.None), broker);
        await CommitAsync(controls, 1, 100);
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 100);

        var burst = CommitAsync(controls, 101, 400);
        await servers.KillBrokerAsync();
        await burst;
        await CommitAsync(controls, 401, 500);
        (await HealthAsync(controls)).ShouldBe(HealthStatus.Degraded);
        (await HealthAsync(risk)).ShouldBe(HealthStatus.Degraded);

        // Long enough that a client which doubles its pauses would now be far between two attempts.
        await Takes.OutageAsync(TimeSpan.FromSeconds(30));
        await servers.StartBrokerAsync(CancellationToken.None);

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 500, TimeSpan.FromSeconds(15));
        await Eventually.BecomesAsync(controls.OutboxAsync, count => count == 0);
        await Eventually.BecomesAsync(() => HealthAsync(controls), health => health == HealthStatus.Healthy);
    }

    /// <summary>The client tells the channels of a dead connection one after another, and each waits for what it has in hand.</summary>
    [Theory]
    [InlineData("controls")]
    [InlineData("prices")]
    public async Task The_broker_is_killed_while_a_handler_does_not_end_and_all_queues_are_consumed_again_after_its_return(string held)
    {
        await using var servers = await ServersFixture.StartOwnAsync();
        var broker = await servers.CreateVirtualHostAsync(CancellationToken.None);
        await using var publisher = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(CancellationToken.None), broker);
        var begun = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        Task HoldAsync(string queue)
        {
            if (queue != held || begun.Task.IsCompleted) return Task.CompletedTask;
            begun.SetResult();
            return end.Task;
        }

        var script = new Script { OnHandle = (_, _, _) => HoldAsync("controls"), OnPrice = (_, _) => HoldAsync("prices") };
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(CancellationToken.None), broker, script);
        await publisher.CommitAsync(held == "controls" ? Events.Control() : Events.Price());
        await begun.Task;

        await servers.KillBrokerAsync();
        await publisher.CommitAsync(Events.Control(), Events.Price());
        await Takes.OutageAsync(TimeSpan.FromSeconds(25)); // longer than anything in the client waits for the handler
        await servers.StartBrokerAsync(CancellationToken.None);
        await publisher.CommitAsync(Events.Control(), Events.Price());

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count >= 2, TimeSpan.FromSeconds(15)); // those of the other queue
        end.SetResult();
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 5, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task The_broker_freezes_commits_stay_quick_and_everything_arrives_once_it_thaws()
    {
        await using var servers = await ServersFixture.StartOwnAsync();
        var broker = await servers.CreateVirtualHostAsync(CancellationToken.None);
        static void Impatient(MessagingOptions options) => options.ConfirmTimeout = TimeSpan.FromSeconds(2);
        await using var controls = await TestService.StartAsync(
            "export-controls", await servers.CreateDatabaseAsync(CancellationToken.None), broker, configure: Impatient);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(CancellationToken.None), broker);
        await CommitAsync(controls, 1, 20);
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 20);

        await servers.FreezeBrokerAsync();
        var slowest = TimeSpan.Zero;
        for (var version = 21; version <= 60; version++)
        {
            var start = Stopwatch.GetTimestamp();
            await CommitAsync(controls, version, version);
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
        }

        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(1.5));
        await Eventually.BecomesAsync(() => HealthAsync(controls), health => health == HealthStatus.Degraded);
        await servers.ThawBrokerAsync();

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 60, TimeSpan.FromSeconds(45));
        await Eventually.BecomesAsync(controls.OutboxAsync, count => count == 0, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Postgres_is_killed_and_back_and_no_message_is_dead_lettered_over_it()
    {
        await using var servers = await ServersFixture.StartOwnAsync();
        var broker = await servers.CreateVirtualHostAsync(CancellationToken.None);
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(CancellationToken.None), broker);
        var slow = new Script { OnHandle = (_, _, token) => Takes.WorkAsync(5, token) };
        var risks = await servers.CreateDatabaseAsync(CancellationToken.None);
        await using var risk = await TestService.StartAsync("risk-scoring", risks, broker, slow);
        await CommitAsync(controls, 1, 300);
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count > 0);

        await servers.KillPostgresAsync();
        await Takes.OutageAsync(TimeSpan.FromSeconds(3)); // more failed attempts than a message of its own fault gets
        await servers.StartPostgresAsync(CancellationToken.None);

        await Eventually.SucceedsAsync(async () => (await risk.AppliedAsync()).ShouldBe(300), TimeSpan.FromSeconds(30));
        (await Sql.ScalarAsync<long>(risks, "SELECT count(*) FROM messaging.dead_letters")).ShouldBe(0);
        (await Sql.ScalarAsync<long>(risks, "SELECT count(DISTINCT \"EventId\") FROM applied")).ShouldBe(300);
    }

    [Fact]
    public async Task Postgres_takes_the_password_no_more_and_no_message_is_dead_lettered_over_it()
    {
        await using var servers = await ServersFixture.StartOwnAsync();
        var broker = await servers.CreateVirtualHostAsync(CancellationToken.None);
        var owner = await servers.CreateDatabaseAsync(CancellationToken.None);
        await Sql.ExecuteAsync(owner, "CREATE ROLE service SUPERUSER LOGIN PASSWORD 'one'");
        var risks = new Npgsql.NpgsqlConnectionStringBuilder(owner) { Username = "service", Password = "one" }.ConnectionString;
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(CancellationToken.None), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", risks, broker);
        await CommitAsync(controls, 1, 20);
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 20);

        await Sql.ExecuteAsync(owner, "ALTER ROLE service PASSWORD 'two'; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'service'");
        await CommitAsync(controls, 21, 60);
        await Takes.OutageAsync(TimeSpan.FromSeconds(6)); // more failed attempts than a message of its own fault gets
        await Sql.ExecuteAsync(owner, "ALTER ROLE service PASSWORD 'one'");

        await Eventually.SucceedsAsync(async () => (await risk.AppliedAsync()).ShouldBe(60), TimeSpan.FromSeconds(30));
        (await Sql.ScalarAsync<long>(owner, "SELECT count(*) FROM messaging.dead_letters")).ShouldBe(0);
    }

    [Fact]
    public async Task Services_start_before_the_broker_and_before_each_other_and_nothing_is_lost()
    {
        await using var servers = await ServersFixture.StartOwnAsync();
        var broker = await servers.CreateVirtualHostAsync(CancellationToken.None);
        await servers.StopBrokerAsync();
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(CancellationToken.None), broker);
        await CommitAsync(controls, 1, 10);
        await servers.StartBrokerAsync(CancellationToken.None);
        await Eventually.BecomesAsync(controls.OutboxAsync, count => count == 0, TimeSpan.FromSeconds(20));

        // Published before its consumer ever ran: the publisher declared the consumer's queue.
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(CancellationToken.None), broker);
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 10);
    }

    private static async Task CommitAsync(TestService service, int from, int to)
    {
        for (var version = from; version <= to; version++) await service.CommitAsync(Events.Control(version));
    }

    private static async Task<HealthStatus> HealthAsync(TestService service) =>
        (await service.Get<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"))).Status;
}
