using System.ComponentModel.DataAnnotations;
using System.Net;
using Chokepoint.Notifications.Domain;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>Configuration section <c>Webhooks</c>.</summary>
internal sealed class DispatchSettings
{
    /// <summary>Loopback may be called, and by plain http. For a local run.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>Networks (CIDR) that may be called besides the public internet, by plain http too: an internal receiver's.</summary>
    public string[] AllowedNetworks { get; init; } = [];

    /// <summary>Plain http to anywhere that may be called. Bodies can then be read on the way; the signature still holds.</summary>
    public bool AllowPlainHttp { get; init; }

    /// <summary>The platform's address as subscribers know it, for links in bodies: by default <c>Platform:PublicUrl</c>; without either they are relative.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>File of the keys that seal the signing secrets (see <c>SecretVault</c>).</summary>
    public string? KeyFile { get; init; }

    /// <summary>Waits before attempt 1, 2, …; by default Standard Webhooks' ten over 75 hours.</summary>
    public TimeSpan[] RetryDelays { get; init; } = [];

    [Range(0, 1)] public double RetryJitter { get; init; } = 0.1;

    /// <summary>The longest <c>Retry-After</c> that is honoured.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromHours(6);

    /// <summary>From connecting to the last byte of the answer that is read.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Attempts in flight in one process, and among them for one subscription.</summary>
    [Range(1, 10_000)] public int Concurrency { get; init; } = 256;

    [Range(1, 1_000)] public int ConcurrencyPerSubscription { get; init; } = 8;

    /// <summary>How often due deliveries are looked for without a signal: those of a replica that died, or by another's clock.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A subscription with no success for this long is disabled when a delivery's schedule runs out.</summary>
    public TimeSpan DisableAfter { get; init; } = TimeSpan.FromHours(72);

    /// <summary>How long both secrets sign after a rotation.</summary>
    public TimeSpan SecretOverlap { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long events, deliveries and attempts are kept to look at and to replay.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a claim outlives the longest attempt, so that it can be stored; what a process that died had claimed waits as long.</summary>
    public TimeSpan ClaimMargin { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan Lease => Timeout + ClaimMargin;

    public RetrySchedule Schedule => new(RetryDelays.Length > 0 ? RetryDelays : StandardDelays, RetryJitter, LongestRetryAfter);

    public AddressPolicy Addresses => new(AllowLoopback, [.. AllowedNetworks.Select(IPNetwork.Parse)]);

    private static readonly TimeSpan[] StandardDelays =
    [
        TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
        TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];
}
