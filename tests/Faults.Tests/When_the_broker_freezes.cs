using Chokepoint.LocalHosting.Processes;
using Chokepoint.Testing;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>The broker's process stopped for two minutes: its connections stay open, and nothing comes back on them.</summary>
[Trait("Duration", "long")]
public sealed class When_the_broker_freezes(ITestOutputHelper output)
{
    private const string Page = "broker-is-frozen";

    [Fact]
    public async Task Posting_stays_quick_health_says_degraded_and_all_of_it_arrives_once_it_goes_on()
    {
        await using var platform = await PlatformProcess.StartAsync();
        await using var ledger = await PlatformLedger.OpenAsync(platform);
        await Burst.SendAsync(platform, ledger, count: 60); // connections made, code compiled
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(90));

        var broker = platform.Find("RabbitMQ").Id;
        Signal.Send(broker, Signal.Stop);
        using var _ = PlatformState.Released(() => Signal.Send(broker, Signal.Continue));
        var burst = await Burst.KeepSendingAsync(platform, ledger, until: Takes.OutageAsync(TimeSpan.FromSeconds(120)), pauseMilliseconds: 100);

        burst.Refusals.ShouldBeEmpty();
        output.WriteLine($"{burst.Answers.Count} posts, p50 {burst.Percentile(0.5).TotalMilliseconds:0} ms, p99 {burst.Percentile(0.99).TotalMilliseconds:0} ms");
        burst.Percentile(0.99).ShouldBeLessThan(TimeSpan.FromMilliseconds(500));
        (await platform.HealthAsync()).Status.ShouldBe("degraded");
        await Runbook.IsSeenAsync(platform, Page);
        await Runbook.FollowAsync(platform, Page, Runbook.Mend);
        await Runbook.FollowAsync(platform, Page, Runbook.Check);
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(90));
    }
}
