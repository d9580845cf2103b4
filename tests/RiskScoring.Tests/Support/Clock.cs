namespace Chokepoint.RiskScoring.Tests.Support;

/// <summary>The wall clock, moved by as much as a test says; what waits, waits in real time.</summary>
internal sealed class Clock : TimeProvider
{
    private TimeSpan ahead;

    public Clock(DateTimeOffset start) => ahead = start - System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;

    public void MoveTo(DateTimeOffset instant) => ahead = instant - System.GetUtcNow();
}
