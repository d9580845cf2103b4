using System.Diagnostics;
using System.Diagnostics.Metrics;
using Chokepoint.Messaging.Outbox;

namespace Chokepoint.Messaging;

/// <summary>The meter and the spans of messaging. Names and counts only: no payload and no key is ever part of either.</summary>
internal sealed class MessagingMetrics : IDisposable
{
    public const string Name = "Chokepoint.Messaging";
    public static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter;
    private readonly Counter<long> _published;
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _quarantined;
    private volatile WaitingRows _waiting = new(0, 0, 0, 0);

    public MessagingMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(Name);
        _published = _meter.CreateCounter<long>("chokepoint.outbox.published", "{event}", "Events confirmed by the broker.");
        _quarantined = _meter.CreateCounter<long>("chokepoint.outbox.quarantined", "{event}", "Outbox rows that cannot be sent.");
        _consumed = _meter.CreateCounter<long>("chokepoint.inbox.consumed", "{event}", "Events applied and committed.");
        _duplicates = _meter.CreateCounter<long>("chokepoint.inbox.duplicates", "{event}", "Events that had been applied before.");
        _retried = _meter.CreateCounter<long>("chokepoint.inbox.retried", "{event}", "Failed attempts that are followed by another.");
        _deadLettered = _meter.CreateCounter<long>("chokepoint.inbox.dead_lettered", "{event}", "Events given up, with their reason.");
        _meter.CreateObservableGauge("chokepoint.outbox.depth", () => _waiting.Outbox, "{event}", "Rows waiting in the outbox.");
        _meter.CreateObservableGauge("chokepoint.outbox.oldest_age", () => _waiting.OldestSeconds, "s", "Age of the oldest outbox row.");
        _meter.CreateObservableGauge("chokepoint.quarantine.depth", () => _waiting.Quarantined, "{event}", "Outbox rows set aside.");
        _meter.CreateObservableGauge("chokepoint.dead_letters.depth", () => _waiting.DeadLetters, "{event}", "Dead letters kept.");
    }

    public void Published(string eventType, long count) => _published.Add(count, Tag(eventType));

    public void Quarantined(string eventType) => _quarantined.Add(1, Tag(eventType));

    public void Consumed(string eventType) => _consumed.Add(1, Tag(eventType));

    public void Duplicate(string eventType) => _duplicates.Add(1, Tag(eventType));

    public void Retried(string eventType, Exception exception) =>
        _retried.Add(1, Tag(eventType), new KeyValuePair<string, object?>("exception.type", exception.GetType().Name));

    public void DeadLettered(string queue) => _deadLettered.Add(1, new KeyValuePair<string, object?>("messaging.destination.name", queue));

    /// <summary>What the relay last saw.</summary>
    public void Waiting(WaitingRows waiting) => _waiting = waiting;

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string eventType) => new("chokepoint.event.type", eventType);
}
