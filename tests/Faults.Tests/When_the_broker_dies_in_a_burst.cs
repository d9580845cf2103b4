using Chokepoint.Testing;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>The broker SIGKILLed while notices come in: the API accepts every one of them, and all of it is delivered after its return.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class When_the_broker_dies_in_a_burst(RunningPlatform running)
{
    private const string Page = "broker-is-down";

    [Fact]
    public async Task Notices_are_accepted_all_the_same_and_scored_and_delivered_once_it_is_back()
    {
        await using var ledger = await running.OpenLedgerAsync();
        var platform = running.Platform;

        using var _ = platform.KeptDown("broker", "RabbitMQ");
        var burst = await Burst.SendAsync(platform, ledger, count: 200);
        burst.Refusals.ShouldBeEmpty();
        await Runbook.IsSeenAsync(platform, Page);
        await Runbook.FollowAsync(platform, Page, Runbook.Mend);
        await Runbook.FollowAsync(platform, Page, Runbook.Check);

        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(90));
    }
}

/// <summary>The same at length: ten thousand notices, thirty seconds without a broker.</summary>
[Trait("Duration", "long")]
public sealed class When_the_broker_dies_in_a_burst_of_ten_thousand(ITestOutputHelper output)
{
    [Fact]
    public async Task The_api_keeps_answering_and_the_ledger_is_equal_within_a_minute_of_its_return_and_of_the_last_notice()
    {
        await using var platform = await PlatformProcess.StartAsync();
        await using var ledger = await PlatformLedger.OpenAsync(platform);

        var away = Task.FromResult(0L);
        var burst = await Burst.SendAsync(platform, ledger, count: 10_000, senders: 12, fault: () => away = AwayAsync(platform));
        var returned = await away;
        var sent = TimeProvider.System.GetTimestamp(); // on a slow machine the burst outlasts the outage: the later of the two counts

        burst.Refusals.ShouldBeEmpty();
        var verdict = await ledger.BalancesAsync(within: TimeSpan.FromSeconds(60));
        output.WriteLine($"Equal {Seconds(returned)} after its return, {Seconds(sent)} after the last notice: {verdict}; post p99 {burst.Percentile(0.99).TotalMilliseconds:0} ms");

        static string Seconds(long since) => $"{TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s";
    }

    /// <returns>When it was back.</returns>
    private static async Task<long> AwayAsync(PlatformProcess platform)
    {
        using (platform.KeptDown("broker", "RabbitMQ")) await Takes.OutageAsync(TimeSpan.FromSeconds(30));
        await Eventually.IsTrueAsync(() => platform.Output.Any(line => line.StartsWith("broker ", StringComparison.Ordinal) && line.Contains("is back", StringComparison.Ordinal)), TimeSpan.FromSeconds(90));
        return TimeProvider.System.GetTimestamp();
    }
}
