using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Platform.Tests;

/// <summary>One trace holds the notice's whole way, and nothing that is nobody's business.</summary>
public sealed class When_a_notice_is_traced(PlatformFixture platform)
{
    [Fact]
    public async Task One_trace_goes_from_the_post_through_the_broker_and_the_rescore_to_the_webhook_attempt()
    {
        await using var subscriber = await Subscriber.SubscribeAsync(platform.Operator, ["EU27"], ["lithium"]);
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var notice = Notices.Ban("EU27", "lithium");
        notice["title"] = "a title that no trace may hold";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/controls/notices") { Content = JsonContent.Create(notice) };
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");

        (await platform.Operator.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.Created);
        await subscriber.Receiver.ReceivesAsync(2);

        // A span is exported after it has ended, and each process sends its own: polled until the tree is whole, from the caller's span,
        // which alone is not among them, to two webhook attempts.
        await Eventually.BecomesAsync(() => Task.FromResult(platform.Telemetry.Spans.Where(span => span.TraceId == trace).ToList()), spans =>
        {
            var ids = spans.Select(span => span.SpanId).ToHashSet(StringComparer.Ordinal);
            return spans.Count(span => !ids.Contains(span.ParentId)) == 1
                && spans.Count(span => span.Service == "notifications" && span.Name.Contains("webhook", StringComparison.Ordinal)) >= 2
                && spans.Select(span => span.Service).Distinct().Order(StringComparer.Ordinal).SequenceEqual(["controls", "gateway", "notifications", "risk", "trade"]);
        }, TimeSpan.FromSeconds(30));

        platform.Telemetry.Contains("a title that no trace may hold").ShouldBeFalse();
        platform.Telemetry.Contains(subscriber.Secret).ShouldBeFalse();
        platform.Telemetry.Contains(platform.Process.OpsKey).ShouldBeFalse();
    }
}
