namespace Chokepoint.RiskScoring.Data;

/// <summary>A pair to be scored again. Asked for twice, it is one row: the pair is scored once, from the newest inputs.</summary>
internal sealed class WorkRow
{
    public required string Economy { get; set; }
    public required string Mineral { get; set; }

    /// <summary>When the earliest of its causes happened, for the measure of notice to score; null without an event.</summary>
    public DateTimeOffset? OccurredAt { get; set; }

    /// <summary>True while every cause is history that ships with the platform.</summary>
    public bool Silent { get; set; }

    /// <summary>W3C trace context of the latest cause.</summary>
    public string? Traceparent { get; set; }

    /// <summary>How many asked since the pair was last scored: many is a burst.</summary>
    public int Asked { get; set; }

    public DateTimeOffset RequestedAt { get; set; }
}
