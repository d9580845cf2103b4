namespace Chokepoint.Notifications.Domain;

/// <summary>How long to wait before each attempt of a delivery; the first is at once.</summary>
/// <param name="Delays">
/// Before attempt 1, 2, …; as many attempts as there are delays (API.md: ten over 75 hours, Standard Webhooks' own example).
/// </param>
/// <param name="Jitter">Share of a delay, 0..1, that is added at random: retries of one outage must not come back as one wave.</param>
/// <param name="LongestRetryAfter">What a receiver may ask for at most; a longer <c>Retry-After</c> is cut to it.</param>
internal sealed record RetrySchedule(IReadOnlyList<TimeSpan> Delays, double Jitter, TimeSpan LongestRetryAfter)
{
    /// <summary>The wait after the given number of failed attempts of a round, or null when the round is over.</summary>
    /// <param name="attempts">Attempts made in this round, from 1.</param>
    /// <param name="retryAfter">What the receiver asked for with 429 or 503; lengthens the wait and never shortens it.</param>
    /// <param name="random">0..1.</param>
    public TimeSpan? After(int attempts, TimeSpan? retryAfter, double random)
    {
        if (attempts >= Delays.Count) return null;
        var delay = Delays[attempts] * (1 + (Jitter * random));
        if (retryAfter is not { } asked) return delay;
        if (asked > LongestRetryAfter) asked = LongestRetryAfter;
        return asked > delay ? asked : delay;
    }
}
