using System.Net;
using Chokepoint.Testing.Ledger;

namespace Chokepoint.Faults.Tests;

/// <summary>A service SIGKILLed amid a burst and started again by the engine: nothing accepted is lost, no effect is doubled.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class When_a_service_is_killed(RunningPlatform running)
{
    private const string Page = "service-is-down";

    [Theory]
    [InlineData("controls")]
    [InlineData("risk")]
    [InlineData("notifications")]
    [InlineData("gateway")]
    public async Task Amid_a_burst_every_notice_is_scored_and_delivered_once(string service)
    {
        await using var ledger = await running.OpenLedgerAsync();

        var burst = await Burst.SendAsync(running.Platform, ledger, count: 180, fault: () =>
        {
            running.Platform.Kill(service);
            return Task.CompletedTask;
        });

        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(120));
        if (service is "risk" or "notifications") burst.Refusals.ShouldBeEmpty("a notice needs neither to be accepted");
        burst.Answers.Where(answer => answer.Status is HttpStatusCode.ServiceUnavailable).ShouldAllBe(answer => answer.SaysWhenToRetry);
        burst.Answers.Select(answer => answer.Status).ShouldNotContain(HttpStatusCode.InternalServerError);
    }

    [Theory]
    [InlineData("controls")]
    [InlineData("gateway")]
    public async Task And_kept_down_it_is_seen_and_comes_back_once_it_is_released(string service)
    {
        var platform = running.Platform;
        await platform.IsHealthyAsync();
        (await Runbook.SeesAsync(platform, Page, $"SERVICE={service}")).ShouldBeFalse();

        using var _ = platform.KeptDown(service, service);
        await Runbook.IsSeenAsync(platform, Page, $"SERVICE={service}");
        await Runbook.FollowAsync(platform, Page, Runbook.Mend, $"SERVICE={service}");
        await Runbook.FollowAsync(platform, Page, Runbook.Check);
    }
}
