namespace Chokepoint.ServiceDefaults;

/// <summary>One write: who asked for what, and what came of it. Never a payload, a query or a key's text.</summary>
/// <param name="Id">Version 7, so that ids sort by time.</param>
/// <param name="At">By the database's clock, before the write was carried out.</param>
/// <param name="Key">Name of the caller's key.</param>
/// <param name="Status">HTTP status of the answer; null while it is carried out, and for good where the process died before it answered.</param>
/// <param name="TraceId">The trace under which telemetry has the request.</param>
/// <param name="IdempotencyKey">SHA-256 of the <c>Idempotency-Key</c>, in hexadecimal; null without one.</param>
/// <param name="Resource">What was written: the answer's <c>Location</c>, else the path.</param>
public sealed record AuditEntry(
    Guid Id, DateTimeOffset At, string Key, string Method, string Path, int? Status, string? TraceId, string? IdempotencyKey, string Resource,
    DateTimeOffset? FinishedAt);

/// <summary>The settings <c>Audit</c>.</summary>
public sealed class AuditSettings
{
    /// <summary>How long entries are kept.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(90);
}
