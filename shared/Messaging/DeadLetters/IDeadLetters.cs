namespace Chokepoint.Messaging.DeadLetters;

/// <summary>Messages of this service that could not be applied, each with the reason.</summary>
public interface IDeadLetters
{
    /// <summary>Oldest first.</summary>
    /// <param name="after">The last id of the page before; null begins.</param>
    Task<IReadOnlyList<DeadLetter>> ListAsync(string? queue, Guid? after, int limit, CancellationToken cancellationToken);

    /// <summary>One with its body; null when there is none of that id.</summary>
    Task<DeadLetterDetail?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>
    /// Sends it to its own queue again, and to no other, through the outbox: it leaves the dead letters and is on its way, or
    /// neither. Applied before, it has no effect.
    /// </summary>
    /// <returns>False when there is none of that id.</returns>
    Task<bool> ReplayAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Sends the oldest to their queues again, as <see cref="ReplayAsync"/> does one: what a fixed handler is owed.</summary>
    /// <param name="queue">Of this queue alone; null means of every queue.</param>
    /// <returns>How many went; fewer than <paramref name="limit"/> means that none is left. What is not text cannot be replayed, and stays.</returns>
    Task<int> ReplayAllAsync(string? queue, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets it for good.</summary>
    /// <returns>False when there is none of that id.</returns>
    Task<bool> DiscardAsync(Guid id, CancellationToken cancellationToken);
}

/// <param name="FaultType">The exception's type, or <c>delivery-limit</c> when the broker gave up on it.</param>
/// <param name="Times">How often it has come here, counting from 1.</param>
public sealed record DeadLetter(
    Guid Id, string Queue, Guid? EventId, string? EventType, string FaultType, string Reason, int Times, DateTimeOffset DeadLetteredAt);

/// <param name="Body">As text; bytes that are not UTF-8 are replaced.</param>
/// <param name="TraceParent">The trace it belongs to.</param>
public sealed record DeadLetterDetail(DeadLetter DeadLetter, string Body, string? TraceParent);
