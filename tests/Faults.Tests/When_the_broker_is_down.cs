using System.Net;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>The broker killed and away for 30 seconds while notices come in: every one is accepted, scored and delivered.</summary>
public sealed class When_the_broker_is_down
{
    [Fact]
    public async Task Notices_are_accepted_and_every_score_they_move_is_delivered_once_it_is_back()
    {
        await using var platform = await PlatformProcess.StartAsync();
        await using var subscriber = await Subscriber.SubscribeAsync(platform.Client);
        var pairs = Pairs.Banned(count: 40);

        platform.Hold("broker");
        platform.Kill("RabbitMQ");
        foreach (var (economy, mineral) in pairs)
        {
            using var answer = await platform.Client.PostNoticeAsync(Notices.Ban(economy, mineral));
            answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        await Eventually.IsTrueAsync(async () => (await platform.Client.GetStringAsync("/health", TestContext.Current.CancellationToken)).Contains("\"status\":\"degraded\"", StringComparison.Ordinal));
        await Takes.OutageAsync(TimeSpan.FromSeconds(30));
        platform.Release("broker");

        await Pairs.ArriveAsync(subscriber, pairs);
    }
}
