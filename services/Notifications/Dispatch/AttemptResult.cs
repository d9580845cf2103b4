namespace Chokepoint.Notifications.Dispatch;

/// <summary>A delivery claimed by this process, with all that an attempt needs.</summary>
internal sealed record ClaimedDelivery
{
    public required Guid Id { get; init; }
    public required Guid Claim { get; init; }
    public required Guid SubscriptionId { get; init; }
    public required Guid EventId { get; init; }
    public required string EventType { get; init; }
    public required int Attempts { get; init; }
    public required int Round { get; init; }
    public required string Url { get; init; }
    public required byte[] Secret { get; init; }

    /// <summary>Null when none, or when its overlap is over.</summary>
    public required byte[]? PreviousSecret { get; init; }

    public required byte[] Body { get; init; }
    public required string? TraceParent { get; init; }
    public required DateTimeOffset EventTime { get; init; }
    public required DateTimeOffset? NoticedAt { get; init; }

    /// <summary>By the database's clock, which attempts are dated and signed by: a receiver refuses a signature whose time is off.</summary>
    public required DateTimeOffset ClaimedAt { get; init; }

    /// <summary>This process's timestamp when it read <see cref="ClaimedAt"/>: from then on it measures.</summary>
    public required long ReadAt { get; init; }
}

/// <summary>What came of one POST.</summary>
/// <param name="Error">Null for a 2xx answer, else one of <see cref="AttemptError"/>.</param>
/// <param name="RetryAfter">What a 429 or 503 asked for.</param>
internal sealed record AttemptResult(
    ClaimedDelivery Delivery,
    DateTimeOffset StartedAt,
    TimeSpan Duration,
    int? StatusCode,
    string? Error,
    string? ResponseBody,
    string? RequestId,
    string? TraceId,
    TimeSpan? RetryAfter)
{
    /// <summary>Names the attempt's row before it is written, so that writing it twice is an error and not a second attempt.</summary>
    public Guid Id { get; } = Guid.CreateVersion7();

    public bool Succeeded => Error is null;

    public bool Gone => StatusCode == StatusCodes.Status410Gone;
}

/// <summary>The classes of failure that attempts are stored and counted under. Published in answers, so they stay as they are.</summary>
internal static class AttemptError
{
    /// <summary>An answer that is not 2xx.</summary>
    public const string Status = "status";

    /// <summary>3xx: redirects are not followed.</summary>
    public const string Redirect = "redirect";

    public const string Timeout = "timeout";
    public const string NameNotResolved = "name-not-resolved";

    /// <summary>Every address the name resolves to is one that may not be called.</summary>
    public const string AddressForbidden = "address-forbidden";

    /// <summary>Plain http to an address where the operator does not allow it.</summary>
    public const string PlainHttpForbidden = "plain-http-forbidden";

    public const string ConnectionFailed = "connection-failed";
    public const string Tls = "tls";

    /// <summary>The connection broke, or what came was not HTTP.</summary>
    public const string Protocol = "protocol";

    /// <summary>The signing secret does not open with the keys at hand: the operator's fault, not the receiver's.</summary>
    public const string SecretUnreadable = "secret-unreadable";
}
