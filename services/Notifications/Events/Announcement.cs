using Chokepoint.Contracts;
using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Messaging;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.Notifications.Domain;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Chokepoint.Notifications.Events;

/// <summary>
/// Turns events of the platform into the CloudEvents that leave it, each stored once, and one delivery for each subscription that
/// wants it, all in the transaction that marks the events as heard. The dispatcher is signalled when that commits; what it can begin at
/// once of a lone event it is given.
/// </summary>
internal sealed class Announcement<TEvent>(
    NotificationsDbContext db, CloudEventMapping mapping, CommitSignal commits, DispatchSignal signal, FreshDeliveries fresh,
    IOptions<DispatchSettings> options, TimeProvider time)
    : IHandleAlone<TEvent>
    where TEvent : class, IPlatformEvent
{
    /// <summary>Up to so many deliveries are begun by the commit that made them; more are shared out by a look, with what else waits.</summary>
    private const int FewListeners = 16;

    public bool TakesAlone(TEvent @event) => !IsSilent(@event);

    public async Task HandleAloneAsync(Heard<TEvent> heard, LoneTransaction transaction, CancellationToken cancellationToken)
    {
        var outgoing = Outgoing(heard);
        await using var first = transaction.First();
        var deliveries = await EventIntake.StoreAsync(first, [outgoing], cancellationToken);
        await using var last = transaction.Next();
        if (fresh.IsWanted && deliveries.Count is > 0 and <= FewListeners)
        {
            EventIntake.AddClaimed(last, deliveries, options.Value.Lease);
            var claimed = await transaction.CommitAsync(last, reader => EventIntake.ReadClaimedAsync(reader, outgoing, time, cancellationToken), cancellationToken);
            if (claimed.Count < deliveries.Count) signal.Raise();
            if (claimed.Count > 0) fresh.Committed(claimed);
            return;
        }

        EventIntake.AddDue(last, deliveries);
        await transaction.CommitAsync(last, cancellationToken);
        if (deliveries.Count > 0) signal.Raise();
    }

    public async Task HandleAsync(IReadOnlyList<Heard<TEvent>> events, CancellationToken cancellationToken)
    {
        OutgoingEvent[] outgoing = [.. events.Where(heard => !IsSilent(heard.Event)).Select(Outgoing)];
        if (outgoing.Length == 0) return;
        var transaction = (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction();
        await using var store = new NpgsqlBatch(transaction.Connection, transaction);
        var deliveries = await EventIntake.StoreAsync(store, outgoing, cancellationToken);
        if (deliveries.Count > 0)
        {
            await using var deliver = new NpgsqlBatch(transaction.Connection, transaction);
            EventIntake.AddDue(deliver, deliveries);
            await deliver.ExecuteNonQueryAsync(cancellationToken);
        }

        commits.TookIn(db, delivers: deliveries.Count > 0);
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
