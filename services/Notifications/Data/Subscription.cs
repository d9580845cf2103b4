using Chokepoint.Contracts;
using Chokepoint.Notifications.Domain;

namespace Chokepoint.Notifications.Data;

/// <summary>An endpoint and what it wants to hear.</summary>
internal sealed class Subscription
{
    public required Guid Id { get; init; }
    public required string Url { get; set; }
    public string? Description { get; set; }
    public required string[] EventTypes { get; set; }
    public required string[] Economies { get; set; }
    public required string[] Minerals { get; set; }
    public RiskLevel? MinimumLevel { get; set; }
    public double? MinimumChange { get; set; }
    public int? MaxPerSecond { get; set; }

    /// <summary>Sealed by <see cref="Subscriptions.SecretVault"/>; never in clear here.</summary>
    public required byte[] Secret { get; set; }

    /// <summary>The one before, still signed with until <see cref="PreviousSecretUntil"/>.</summary>
    public byte[]? PreviousSecret { get; set; }

    public DateTimeOffset? PreviousSecretUntil { get; set; }

    public DisabledReason? DisabledReason { get; set; }
    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Since when every attempt has failed, those of tests aside; null after a success.</summary>
    public DateTimeOffset? FailingSince { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Counts changes made through the API or by the platform, from 1; the ETag is made of it.</summary>
    public required long Version { get; set; }

    public SubscriptionFilter Filter => new(EventTypes, Economies, Minerals, MinimumLevel, MinimumChange);
}

/// <summary>Why nothing is sent. A subscription without a reason is active.</summary>
internal enum DisabledReason
{
    /// <summary>The endpoint answered 410.</summary>
    Gone,

    /// <summary>Nothing got through for the whole of a retry schedule.</summary>
    Failing,

    /// <summary>Somebody with the key switched it off.</summary>
    Operator,
}
