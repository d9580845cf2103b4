namespace Chokepoint.Polling;

/// <summary>Why a turn failed.</summary>
public enum PollFailure
{
    /// <summary>No connection, no name, or no answer in time.</summary>
    Unreachable,

    /// <summary>5xx.</summary>
    ServerError,

    /// <summary>429, or 403 or 503 with Retry-After.</summary>
    RateLimited,

    /// <summary>Any other 4xx: the address, the key or the request is not what the source wants.</summary>
    Refused,

    /// <summary>The source has moved to an address that is not followed.</summary>
    Moved,

    /// <summary>The connection ended before the body did.</summary>
    Truncated,

    /// <summary>The body is over <see cref="PollOptions.MaxBytes"/>.</summary>
    TooLarge,

    /// <summary>Another kind of document than was asked for, such as an HTML page for JSON.</summary>
    UnexpectedContent,

    /// <summary>The right kind, but it cannot be parsed; half a document often looks so.</summary>
    Malformed,

    /// <summary>It can be parsed, but what must be in it is not.</summary>
    LayoutChanged,

    /// <summary>The fault is ours.</summary>
    Internal,
}

/// <summary>A turn failed; the message is a sentence for the operator and holds no secret.</summary>
public sealed class PollException(PollFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public PollFailure Failure { get; } = failure;

    /// <summary>What the source asked for.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the source answers with something else than it used to, which no waiting heals.</summary>
    internal static bool IsChange(PollFailure failure) => failure is
        PollFailure.Refused or PollFailure.Moved or PollFailure.TooLarge or PollFailure.UnexpectedContent or PollFailure.Malformed
        or PollFailure.LayoutChanged;
}

/// <summary>Another process has taken the source over: this turn stops, and what it had not stored is fetched again by the other.</summary>
public sealed class PollLeaseLostException() : Exception("Another process polls the source now.");
