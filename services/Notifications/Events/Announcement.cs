using Chokepoint.Contracts;
using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Messaging;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.Notifications.Domain;
using Microsoft.Extensions.Options;

namespace Chokepoint.Notifications.Events;

/// <summary>
/// Turns events of the platform into the CloudEvents that leave it, each stored once, and one delivery for each subscription that
/// wants it, all in the transaction that marks the events as heard. The dispatcher is signalled when that commits.
/// </summary>
internal sealed class Announcement<TEvent>(
    NotificationsDbContext db, CloudEventMapping mapping, CommitSignal signal, FreshDeliveries fresh, IOptions<DispatchSettings> options, TimeProvider time)
    : IHandleGroup<TEvent>
    where TEvent : class, IPlatformEvent
{
    /// <summary>Up to so many deliveries are begun by the commit that made them; more are shared out by a look, with what else waits.</summary>
    private const int FewListeners = 16;

    public async Task HandleAsync(IReadOnlyList<Heard<TEvent>> events, CancellationToken cancellationToken)
    {
        OutgoingEvent[] outgoing = [.. events.Where(heard => !IsSilent(heard.Event)).Select(Outgoing)];
        if (outgoing.Length == 0) return;
        var deliveries = await EventIntake.StoreAsync(db, outgoing, cancellationToken);
        if (outgoing is [var only] && fresh.IsWanted && deliveries.Count is > 0 and <= FewListeners)
        {
            var claimed = await EventIntake.DeliverClaimedAsync(db, only, deliveries, options.Value.Lease, time, cancellationToken);
            signal.TookIn(db, delivers: claimed.Count < deliveries.Count, claimed);
            return;
        }

        await EventIntake.DeliverAsync(db, deliveries, cancellationToken);
        signal.TookIn(db, delivers: deliveries.Count > 0, claimed: []);
    }

    private OutgoingEvent Outgoing(Heard<TEvent> heard)
    {
        var facets = EventFacets.Of(heard.Event);
        var outgoing = mapping.Map(heard.Event);
        return new OutgoingEvent
        {
            Id = outgoing.Id,
            Type = outgoing.Type,
            Subject = outgoing.Subject,
            Time = outgoing.Time,
            NoticedAt = NoticedAt(heard.Event),
            Body = outgoing.Body,
            TraceParent = heard.TraceParent,
            Economies = facets.Economies?.ToArray(),
            ExcludedEconomies = [.. facets.ExcludedEconomies],
            Minerals = [.. facets.Minerals],
            Level = facets.Level,
            Change = facets.Change,
        };
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
