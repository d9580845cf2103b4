using System.Net;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>A service SIGKILLed amid a burst and started again by the engine: nothing accepted is lost, no effect is doubled.</summary>
public sealed class When_a_service_is_killed
{
    [Theory]
    [InlineData("controls")]
    [InlineData("risk")]
    [InlineData("notifications")]
    public async Task Every_notice_that_was_accepted_is_scored_and_delivered(string service)
    {
        await using var platform = await PlatformProcess.StartAsync();
        await using var subscriber = await Subscriber.SubscribeAsync(platform.Client);
        var accepted = new List<(string Economy, string Mineral)>();

        var pairs = Pairs.Banned(count: 60);
        for (var i = 0; i < pairs.Count; i++)
        {
            if (i == pairs.Count / 2) platform.Kill(service);
            using var answer = await platform.Client.PostNoticeAsync(Notices.Ban(pairs[i].Economy, pairs[i].Mineral));
            // While its own service is down the gateway says so; what it accepted is a promise.
            if (answer.StatusCode == HttpStatusCode.Created) accepted.Add(pairs[i]);
            else answer.StatusCode.ShouldBeOneOf(HttpStatusCode.ServiceUnavailable, HttpStatusCode.BadGateway);
        }

        accepted.Count.ShouldBeGreaterThanOrEqualTo(pairs.Count / 2);
        await Pairs.ArriveAsync(subscriber, accepted);
    }
}
