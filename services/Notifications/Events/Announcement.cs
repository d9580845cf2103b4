using System.Diagnostics;
using Chokepoint.Contracts;
using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Messaging;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.Notifications.Domain;

namespace Chokepoint.Notifications.Events;

/// <summary>
/// Turns an event of the platform into the CloudEvent that leaves it, stored once, and one delivery for each subscription that
/// wants it, all in the transaction that marks the event as heard. The dispatcher is signalled when that commits.
/// </summary>
internal sealed class Announcement<TEvent>(NotificationsDbContext db, CloudEventMapping mapping, CommitSignal signal) : IHandle<TEvent>
    where TEvent : class, IPlatformEvent
{
    public async Task HandleAsync(TEvent @event, CancellationToken cancellationToken)
    {
        if (IsSilent(@event)) return;
        var facets = EventFacets.Of(@event);
        var outgoing = mapping.Map(@event);
        var listeners = await EventIntake.StoreAsync(db, new OutgoingEvent
        {
            Id = outgoing.Id,
            Type = outgoing.Type,
            Subject = outgoing.Subject,
            Time = outgoing.Time,
            NoticedAt = NoticedAt(@event),
            Body = outgoing.Body,
            TraceParent = Activity.Current?.Id,
            Economies = facets.Economies?.ToArray(),
            ExcludedEconomies = [.. facets.ExcludedEconomies],
            Minerals = [.. facets.Minerals],
            Level = facets.Level,
            Change = facets.Change,
        }, cancellationToken);
        await EventIntake.DeliverAsync(db, outgoing.Id, listeners, cancellationToken);
        signal.TookIn(db, delivers: listeners.Count > 0);
    }

    private static bool IsSilent(IPlatformEvent @event) => @event switch
    {
        ControlStateChanged e => e.Silent,
        RiskScoreChanged e => e.Silent,
        PriceSignalChanged e => e.Silent || e.Routine,
        SupplyProfileChanged e => e.Silent,
        _ => false,
    };

    /// <summary>When the notice behind the event was accepted: event ids are version 7 and hold the millisecond they were made in.</summary>
    private static DateTimeOffset? NoticedAt(IPlatformEvent @event) => @event switch
    {
        ControlStateChanged e => e.OccurredAt.ToUniversalTime(),
        RiskScoreChanged e => e.Causes.Where(c => c.Type == "control" && c.EventId.Version == 7)
            .Select(c => (DateTimeOffset?)MadeAt(c.EventId)).Min(),
        _ => null,
    };

    // RFC 9562 section 5.7: the first 48 bits are milliseconds since 1970.
    private static DateTimeOffset MadeAt(Guid version7)
    {
        Span<byte> bytes = stackalloc byte[16];
        version7.TryWriteBytes(bytes, bigEndian: true, out _);
        long milliseconds = 0;
        foreach (var b in bytes[..6]) milliseconds = (milliseconds << 8) | b;
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }
}
