namespace Chokepoint.Notifications.Data;

/// <summary>One event for one subscription: at most one row for the pair, however often it is tried or replayed.</summary>
internal sealed class Delivery
{
    public required Guid Id { get; init; }
    public required Guid SubscriptionId { get; init; }
    public required Guid EventId { get; init; }
    public required DeliveryState State { get; set; }

    /// <summary>Attempts stored, over all rounds.</summary>
    public int Attempts { get; set; }

    /// <summary>Attempts in this round of the retry schedule; a replay begins a new round.</summary>
    public int Round { get; set; }

    /// <summary>
    /// When the next attempt may start, by the database's clock. Claiming moves it a lease ahead: if the claimant dies, the delivery
    /// falls due again by itself.
    /// </summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>The latest claim. A failure is recorded only by the claim that made it; a success by whoever has it.</summary>
    public Guid? Claim { get; set; }

    /// <summary>By the database's clock.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>Why it was given up, as an error class; null unless failed.</summary>
    public string? Failure { get; set; }
}

internal enum DeliveryState
{
    Pending,
    Delivered,
    Failed,
}

/// <summary>One POST and what came of it.</summary>
internal sealed class Attempt
{
    public required Guid Id { get; init; }
    public required Guid DeliveryId { get; init; }

    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
    public required double DurationMs { get; init; }

    /// <summary>Null when no answer came.</summary>
    public int? StatusCode { get; init; }

    /// <summary>An error class (<see cref="Dispatch.AttemptError"/>); null for a success.</summary>
    public string? Error { get; init; }

    /// <summary>The first 1,024 bytes of the answer, as text.</summary>
    public string? ResponseBody { get; init; }

    /// <summary>What the receiver called the request (<c>x-request-id</c> of its answer), to find it in the receiver's logs.</summary>
    public string? RequestId { get; init; }

    /// <summary>The platform's own trace of the attempt.</summary>
    public string? TraceId { get; init; }
}
