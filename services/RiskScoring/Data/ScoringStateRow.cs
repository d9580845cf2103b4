namespace Chokepoint.RiskScoring.Data;

/// <summary>One row: with which figures and method the scores here were made, and up to when passing days were looked at.</summary>
internal sealed class ScoringStateRow
{
    public int Id { get; set; }
    public required string Method { get; set; }
    public required string Figures { get; set; }
    public DateTimeOffset DaysSeenThrough { get; set; }
}
