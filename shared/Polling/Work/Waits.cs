namespace Chokepoint.Polling;

/// <summary>When a source is asked next.</summary>
internal static class Waits
{
    /// <summary>The interval, give or take a tenth: installs that were started together drift apart.</summary>
    /// <param name="random">From 0 to 1.</param>
    public static TimeSpan AfterSuccess(PollOptions options, double random) => options.Interval * (0.9 + (0.2 * random));

    /// <summary>
    /// Doubles with each failure up to the longest, between half and the whole of it at random; never sooner than the source asked
    /// for, and then a little later than all others who were told the same.
    /// </summary>
    /// <param name="failures">Failed turns in a row before this one.</param>
    public static TimeSpan AfterFailure(PollOptions options, int failures, TimeSpan? retryAfter, double random)
    {
        var full = options.BackOff * Math.Pow(2, Math.Min(failures, 30));
        if (full > options.MaxBackOff) full = options.MaxBackOff;
        var wait = full * (0.5 + (0.5 * random));
        return retryAfter is { } asked && asked + (options.BackOff * random) is var polite && polite > wait ? polite : wait;
    }
}
