using System.Text.Json.Serialization;

namespace Chokepoint.Polling;

/// <summary>How it stands with a source, as its service answers.</summary>
public sealed record PollState
{
    public required string Source { get; init; }

    /// <summary>Its address as configured; null when it is not.</summary>
    public Uri? Address { get; init; }

    /// <summary><c>off</c>, <c>waiting</c> (not polled yet), <c>ok</c>, <c>failing</c>, <c>changed</c>, <c>silent</c>.</summary>
    public required PollHealth Health { get; init; }

    public DateTimeOffset? LastPolledAt { get; init; }
    public DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>When something new last came.</summary>
    public DateTimeOffset? LastNewAt { get; init; }

    /// <summary>How many documents it has brought.</summary>
    public long Documents { get; init; }

    /// <summary>Set while nothing new has come for longer than is usual: since when.</summary>
    public DateTimeOffset? SilentSince { get; init; }

    public DateTimeOffset? NextPollAt { get; init; }

    /// <summary>Whether a process polls it at the moment.</summary>
    public bool IsPolling { get; init; }

    /// <summary>Failed turns since the last success.</summary>
    public int Failures { get; init; }

    /// <summary>Why the last turn failed; kept after it has healed, with its time.</summary>
    public PollError? LastError { get; init; }

    /// <summary>The latest first; those that have ended too.</summary>
    public IReadOnlyList<PollAlert> Alerts { get; init; } = [];
}

/// <summary>Why a turn failed.</summary>
/// <param name="Detail">One sentence for the operator, without secrets.</param>
public sealed record PollError(PollFailure Failure, string Detail, DateTimeOffset At);

/// <param name="ClearedAt">Null while it stands.</param>
public sealed record PollAlert(PollHealth Reason, string Detail, DateTimeOffset RaisedAt, DateTimeOffset? ClearedAt);

/// <summary>How a source is doing, and as an alert's reason what is wrong with it.</summary>
public enum PollHealth
{
    /// <summary>It is not to be polled.</summary>
    Off,

    /// <summary>It has not been polled yet.</summary>
    Waiting,

    Ok,

    /// <summary>It does not answer, or with errors.</summary>
    Failing,

    /// <summary>It answers, but no longer what can be read.</summary>
    Changed,

    /// <summary>It answers, but nothing new has come for longer than is usual.</summary>
    Silent,
}
