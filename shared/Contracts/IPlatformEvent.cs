namespace Chokepoint.Contracts;

/// <summary>What every event on the broker carries besides its own facts.</summary>
public interface IPlatformEvent
{
    /// <summary>
    /// Identity of this event from the transaction that caused it to the webhook that reports it: the broker's message id,
    /// the inbox key, the CloudEvents <c>id</c> and the <c>webhook-id</c> are all this value. Version 7, so ids sort by time.
    /// </summary>
    Guid EventId { get; }

    /// <summary>Version of the aggregate after the change, counting from 1. A consumer applies only what is newer than it has.</summary>
    long Version { get; }

    /// <summary>When the change was made, UTC.</summary>
    DateTimeOffset OccurredAt { get; }
}
