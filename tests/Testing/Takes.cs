namespace Chokepoint.Testing;

/// <summary>
/// Time that is part of what a test sets up, how long an outage lasts or a piece of work takes, and never a wait for something to
/// have happened: that is <see cref="Eventually"/>'s.
/// </summary>
public static class Takes
{
    public static Task OutageAsync(TimeSpan length) => Task.Delay(length);

    public static Task WorkAsync(int milliseconds, CancellationToken cancellationToken) => Task.Delay(milliseconds, cancellationToken);
}
