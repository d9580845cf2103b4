using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>The service's span and figures. Neither URLs nor bodies nor secrets go in: a URL's path can be a credential.</summary>
internal static class Telemetry
{
    private const string Name = "Chokepoint.Notifications";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    // Seconds; fine where the promise stands (250 ms), coarse where retries live.
    private static readonly InstrumentAdvice<double> Latency =
        new() { HistogramBucketBoundaries = [.005, .01, .02, .03, .05, .075, .1, .15, .2, .25, .5, 1, 2.5, 5, 10, 60, 600, 3600, 36000] };

    private static readonly Histogram<double> FirstAttempt = Meter.CreateHistogram(
        "chokepoint.notifications.first_attempt.delay", "s", "From the change being committed by its service to the start of the first attempt.", advice: Latency);

    private static readonly Histogram<double> NoticeToDelivered = Meter.CreateHistogram(
        "chokepoint.notifications.notice_to_delivered.duration", "s", "From a notice being accepted to a receiver's 2xx for what followed from it.", advice: Latency);

    private static readonly Histogram<double> AttemptDuration = Meter.CreateHistogram(
        "chokepoint.notifications.attempt.duration", "s", "One POST, by outcome.", advice: Latency);

    private static readonly Counter<long> Deliveries = Meter.CreateCounter<long>(
        "chokepoint.notifications.deliveries", "{delivery}", "Deliveries that came to an end, by outcome.");

    private static double _oldestDue;

    static Telemetry() => Meter.CreateObservableGauge(
        "chokepoint.notifications.oldest_due.age", () => Volatile.Read(ref _oldestDue), "s", "How long the oldest due delivery has been waiting.");

    /// <summary>Continues the trace of the event, so that a notice and its webhook are one trace.</summary>
    public static Activity? StartAttempt(ClaimedDelivery delivery)
    {
        var parent = ActivityContext.TryParse(delivery.TraceParent, null, isRemote: true, out var context) ? context : default;
        var activity = Source.StartActivity("webhook attempt", ActivityKind.Client, parent);
        activity?.SetTag("chokepoint.event.type", delivery.EventType);
        activity?.SetTag("chokepoint.event.id", delivery.EventId);
        activity?.SetTag("chokepoint.subscription.id", delivery.SubscriptionId);
        activity?.SetTag("chokepoint.attempt", delivery.Attempts + 1);
        return activity;
    }

    public static void EndAttempt(Activity? activity, int? statusCode, string? error)
    {
        if (activity is null) return;
        if (statusCode is { } code) activity.SetTag("http.response.status_code", code);
        if (error is null) return;
        activity.SetTag("error.type", error);
        activity.SetStatus(ActivityStatusCode.Error);
    }

    public static void Attempted(AttemptResult result)
    {
        var type = new KeyValuePair<string, object?>("type", result.Delivery.EventType);
        AttemptDuration.Record(result.Duration.TotalSeconds, type, new("outcome", result.Error ?? "delivered"));
        if (result.Delivery.Attempts == 0)
            FirstAttempt.Record(Math.Max(0, (result.StartedAt - result.Delivery.EventTime).TotalSeconds), type);
        if (result.Succeeded && result.Delivery.NoticedAt is { } noticed)
            NoticeToDelivered.Record(Math.Max(0, (result.StartedAt + result.Duration - noticed).TotalSeconds), type);
    }

    public static void Ended(string outcome, long count = 1) => Deliveries.Add(count, new KeyValuePair<string, object?>("outcome", outcome));

    public static void OldestDue(TimeSpan age) => Volatile.Write(ref _oldestDue, age.TotalSeconds);
}
