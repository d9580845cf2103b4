namespace Chokepoint.Messaging.Outbox;

/// <summary>Events of this service that could not be sent, each with the reason.</summary>
public interface IQuarantine
{
    /// <summary>Oldest first.</summary>
    /// <param name="after">The last id of the page before; null begins.</param>
    Task<IReadOnlyList<QuarantinedEvent>> ListAsync(Guid? after, int limit, CancellationToken cancellationToken);

    /// <summary>One with its payload; null when there is none of that id.</summary>
    Task<QuarantinedEventDetail?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Puts it back into the outbox, its attempts counted anew.</summary>
    /// <returns>False when there is none of that id.</returns>
    Task<bool> ReplayAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Puts the oldest back, as <see cref="ReplayAsync"/> does one.</summary>
    /// <returns>How many went; fewer than <paramref name="limit"/> means that none is left.</returns>
    Task<int> ReplayAllAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Forgets it for good.</summary>
    /// <returns>False when there is none of that id.</returns>
    Task<bool> DiscardAsync(Guid id, CancellationToken cancellationToken);
}

/// <param name="Id">The outbox row's.</param>
/// <param name="Attempts">How often it was tried to send.</param>
public sealed record QuarantinedEvent(
    Guid Id, Guid EventId, string EventType, string Reason, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset QuarantinedAt);

/// <param name="TraceParent">The trace it belongs to.</param>
public sealed record QuarantinedEventDetail(QuarantinedEvent Event, string Payload, string? TraceParent);
