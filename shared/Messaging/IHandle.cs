using Chokepoint.Contracts;

namespace Chokepoint.Messaging;

/// <summary>
/// Applies one kind of event, inside the transaction that also records the event in the inbox: what it writes through the
/// service's DbContext, and the events it publishes there, take effect exactly once however often the event arrives.
/// </summary>
/// <remarks>
/// Anything thrown rolls all of it back; the event is tried again, and in the end dead-lettered with the reason.
/// What it changed is saved for it. It may call <c>SaveChangesAsync</c> itself but not commit: the transaction is not its own, and when
/// many events wait, several share it, each with a handler of its own and the one DbContext, cleared in between.
/// Ordering lives in the data: compare <see cref="IPlatformEvent.Version"/> with what was applied before and ignore what is older.
/// </remarks>
public interface IHandle<in TEvent>
    where TEvent : class, IPlatformEvent
{
    Task HandleAsync(TEvent @event, CancellationToken cancellationToken);
}

/// <summary>An event with the trace that it belongs to (W3C trace context); null where it came without one.</summary>
public sealed record Heard<TEvent>(TEvent Event, string? TraceParent)
    where TEvent : class, IPlatformEvent;

/// <summary>
/// Applies what waits together at once, in fewer round trips than one after another; everything said of <see cref="IHandle{TEvent}"/>
/// holds for the group as it does there for one. A group that fails is applied again event by event, so that each is a group of its own.
/// </summary>
public interface IHandleGroup<TEvent> : IHandle<TEvent>
    where TEvent : class, IPlatformEvent
{
    /// <param name="events">In the order in which they came; none twice, but perhaps several of one aggregate.</param>
    Task HandleAsync(IReadOnlyList<Heard<TEvent>> events, CancellationToken cancellationToken);

    Task IHandle<TEvent>.HandleAsync(TEvent @event, CancellationToken cancellationToken) =>
        HandleAsync([new Heard<TEvent>(@event, System.Diagnostics.Activity.Current?.Id)], cancellationToken);
}

/// <summary>
/// Applies an event that comes by itself in the fewest round trips, by Npgsql and not through a DbContext: the handler sends the record of
/// the event with its first statements and the commit with its last. What waits together, and what it does not take, goes to the group.
/// </summary>
public interface IHandleAlone<TEvent> : IHandleGroup<TEvent>
    where TEvent : class, IPlatformEvent
{
    /// <summary>Whether this one can be applied so.</summary>
    bool TakesAlone(TEvent @event);

    /// <summary>Sends <see cref="LoneTransaction.First"/>, if need be more, and ends with a <c>CommitAsync</c> of it.</summary>
    /// <remarks>Where the event was applied before, the first batch throws; let that through.</remarks>
    Task HandleAloneAsync(Heard<TEvent> heard, LoneTransaction transaction, CancellationToken cancellationToken);
}
