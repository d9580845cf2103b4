namespace Chokepoint.RiskScoring.Controls;

/// <summary>Tells whether two events say the same of an aggregate, the later perhaps a restatement of the earlier (docs/adr/rebuild-by-restating.md).</summary>
internal static class Restated
{
    /// <summary>SQL: an event without what belongs to its telling.</summary>
    public static string Says(string @event) =>
        $"({@event}::jsonb - '{{eventId,occurredAt,previousStatus,previousLevel,silent,routine}}'::text[])";
}
