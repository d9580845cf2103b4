namespace Chokepoint.Polling;

/// <summary>How a source is polled; read from its section of the configuration, over the defaults given where it is registered.</summary>
public sealed record PollOptions
{
    /// <summary>Off unless configured: most installs have no internet.</summary>
    public bool Enabled { get; set; }

    /// <summary>Where the source is; must be absolute.</summary>
    public Uri? Address { get; set; }

    /// <summary>From the end of one turn to the next, give or take a tenth.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(6);

    /// <summary>The first wait after a failed turn; doubled with each further one, with full jitter.</summary>
    public TimeSpan BackOff { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait after failed turns, unless the source itself asks for a longer one (Retry-After).</summary>
    public TimeSpan MaxBackOff { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Least time between two requests of one turn.</summary>
    public TimeSpan Gap { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>For one request, its body included.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Tries of one request that failed for a passing reason (no connection, a 5xx, half a body).</summary>
    public int Tries { get; set; } = 3;

    /// <summary>Before the second try; doubled with each further one, with jitter.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest body taken, in bytes, unpacked; a longer one is let go as soon as it shows.</summary>
    public long MaxBytes { get; set; } = 16 << 20;

    /// <summary>The source is silent when nothing new came from it for so long; null: it may be silent for ever.</summary>
    public TimeSpan? SilentAfter { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Failed turns in a row after which an alert is raised; a changed layout raises one at once.</summary>
    public int FailuresToAlert { get; set; } = 3;

    internal void Check(string section)
    {
        if (!Enabled) return;
        if (Address is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            throw new InvalidOperationException($"{section}:Address must be an http or https address when {section}:Enabled is true.");
        if (Interval <= TimeSpan.Zero || BackOff <= TimeSpan.Zero || MaxBackOff < BackOff || Timeout <= TimeSpan.Zero || Gap < TimeSpan.Zero
            || RetryDelay < TimeSpan.Zero || SilentAfter <= TimeSpan.Zero)
            throw new InvalidOperationException($"{section}: Interval, BackOff, Timeout and SilentAfter must be longer than nothing, and MaxBackOff no shorter than BackOff.");
        if (MaxBytes < 1 || Tries < 1 || FailuresToAlert < 1)
            throw new InvalidOperationException($"{section}: MaxBytes, Tries and FailuresToAlert must be at least 1.");
    }
}
