namespace Chokepoint.RiskScoring.Tests.Support;

/// <summary>The wall clock, moved by as much as a test says; what waits, waits in real time.</summary>
internal sealed class Clock : TimeProvider
{
    private TimeSpan ahead;
    private DateTimeOffset? stopped;

    public Clock(DateTimeOffset start) => ahead = start - System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => stopped ?? System.GetUtcNow() + ahead;

    public void StopAt(DateTimeOffset instant) => stopped = instant;

    public void MoveTo(DateTimeOffset instant) => ahead = instant - System.GetUtcNow();
}
