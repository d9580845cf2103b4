namespace Chokepoint.Messaging.Operations;

/// <summary>Tells whether two events say the same of an aggregate, the later perhaps a restatement of the earlier (docs/adr/rebuild-by-restating.md).</summary>
public static class Restated
{
    /// <summary>SQL: an event without what belongs to its telling.</summary>
    /// <param name="event">SQL that gives the event as JSON.</param>
    public static string Says(string @event) =>
        $"({@event}::jsonb - '{{eventId,occurredAt,previousStatus,previousLevel,silent,routine}}'::text[])";
}
