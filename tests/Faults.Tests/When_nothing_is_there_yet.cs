using Chokepoint.Testing;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>
/// Started in the wrong order: who publishes before the broker, on a broker that has neither exchange nor queue, and before anyone who
/// listens.
/// </summary>
[Trait("Duration", "long")]
public sealed class When_nothing_is_there_yet
{
    private const string Page = "broker-lost-its-data";

    [Fact]
    public async Task What_is_published_before_it_can_be_received_waits_for_its_consumers()
    {
        await using var platform = await PlatformProcess.StartAsync();
        await using var ledger = await PlatformLedger.OpenAsync(platform);
        var servers = new PlatformServers(platform.DataFolder);
        using var risk = platform.KeptDown("risk", "risk");
        using var notifications = platform.KeptDown("notifications", "notifications");
        using var broker = platform.KeptDown("broker", "RabbitMQ");
        Directory.Delete(Path.Combine(platform.DataFolder, "rabbitmq"), recursive: true);

        platform.Kill("controls"); // the publisher comes up before the broker
        var burst = await Burst.SendAsync(platform, ledger, count: 100);
        await Runbook.FollowAsync(platform, Page, Runbook.Mend);
        await Eventually.SucceedsAsync(
            async () => (await servers.CountAsync("controlsdb", "SELECT count(*) FROM messaging.outbox")).ShouldBe(0), TimeSpan.FromSeconds(90));
        (await servers.WaitingAsync("risk-scoring.control-state-changed")).ShouldBe(100);
        (await servers.WaitingAsync("notifications.control-state-changed")).ShouldBe(100);

        notifications.Dispose();
        risk.Dispose();
        await Runbook.FollowAsync(platform, Page, Runbook.Check);
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(120));
        await Runbook.FollowAsync(platform, Page, "Afterwards");
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(60));
        burst.Answers.Count(answer => answer.IsAccepted).ShouldBe(100);
    }
}
