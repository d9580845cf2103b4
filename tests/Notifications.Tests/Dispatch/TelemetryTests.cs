using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Webhooks;

namespace Chokepoint.Notifications.Tests.Dispatch;

public sealed class TelemetryTests(ServersFixture servers)
{
    [Fact]
    public async Task The_attempt_is_in_the_trace_of_the_event_and_the_receiver_learns_nothing_of_it()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Chokepoint.", StringComparison.Ordinal) || source.Name == nameof(TelemetryTests) || source.Name == "System.Net.Http",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource(nameof(TelemetryTests));
        await using var host = await NotificationsHost.StartAsync(servers);
        await using var receiver = await WebhookReceiver.StartAsync();
        var url = new Uri(receiver.Url, "/hook/a-path-that-is-a-credential");
        var subscription = await host.SubscribeAsync(url);

        ActivityTraceId trace;
        using (var root = source.StartActivity("post a notice")!)
        {
            trace = root.TraceId;
            await host.PublishAsync(Some.Score());
        }

        var delivery = await host.DeliveryBecomesAsync(subscription.Id, "delivered");
        delivery.GetProperty("attempts")[0].GetProperty("traceId").GetString().ShouldBe(trace.ToString());
        var attempt = (await Eventually.BecomesAsync(() => Task.FromResult(ended.Where(a => a.TraceId == trace && a.OperationName == "webhook attempt").ToList()), a => a.Count > 0))
            .ShouldHaveSingleItem();
        attempt.ParentSpanId.ShouldNotBe(default);
        attempt.GetTagItem("http.response.status_code").ShouldBe(200);
        ended.Where(a => a.TraceId == trace).SelectMany(a => a.TagObjects).ShouldAllBe(t => t.Value == null || !t.Value.ToString()!.Contains("credential"));
        var headers = receiver.Received.ShouldHaveSingleItem().Headers;
        headers.Keys.Where(h => h is "traceparent" or "tracestate" or "baggage" or "request-id").ShouldBeEmpty();
    }

    [Fact]
    public async Task It_measures_how_long_a_change_and_its_notice_took_to_reach_the_receiver()
    {
        var measured = new ConcurrentQueue<(string Instrument, double Value)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "Chokepoint.Notifications") l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.Enqueue((instrument.Name, value)));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.Enqueue((instrument.Name, value)));
        listener.Start();
        await using var host = await NotificationsHost.StartAsync(servers);
        await using var receiver = await WebhookReceiver.StartAsync();
        var subscription = await host.SubscribeAsync(receiver.Url);
        var notice = Some.Control();
        var score = Some.Score(cause: notice.EventId);
        await host.PublishAsync(score);
        await host.DeliveryBecomesAsync(subscription.Id, "delivered");

        foreach (var instrument in new[] { "first_attempt.delay", "notice_to_delivered.duration", "attempt.duration", "deliveries" })
            await Eventually.IsTrueAsync(() => measured.Any(m => m.Instrument == $"chokepoint.notifications.{instrument}" && m.Value > 0));
        listener.RecordObservableInstruments();
        measured.ShouldContain(m => m.Instrument == "chokepoint.notifications.oldest_due.age");
    }
}
