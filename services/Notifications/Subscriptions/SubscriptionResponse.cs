using System.Text.Json;
using System.Text.Json.Serialization;
using Chokepoint.Notifications.Data;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>A subscription as it is answered.</summary>
internal sealed record SubscriptionResponse
{
    public required Guid Id { get; init; }
    public required string Url { get; init; }
    public required string? Description { get; init; }

    /// <summary><c>active</c> or <c>disabled</c>.</summary>
    public required string State { get; init; }

    /// <summary><c>gone</c>, <c>failing</c> or <c>operator</c>; null when active.</summary>
    public required string? DisabledReason { get; init; }

    public required DateTimeOffset? DisabledAt { get; init; }
    public required IReadOnlyList<string> EventTypes { get; init; }
    public required FilterRequest Filter { get; init; }
    public required int? MaxPerSecond { get; init; }

    /// <summary>Since when every attempt has failed; null when the last one got through.</summary>
    public required DateTimeOffset? FailingSince { get; init; }

    /// <summary>Until when the secret before the present one signs too; null when only one does.</summary>
    public required DateTimeOffset? PreviousSecretUntil { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }

    /// <summary>Shown once, in the answer that made it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    /// <summary>Of all that the answer shows: the version, and what changes without one (how the endpoint fares, how far a rotation is).</summary>
    public static string ETagOf(Subscription s, DateTimeOffset now) =>
        s.FailingSince is null && s.PreviousSecretUntil is null ? ETags.OfVersion(s.Version)
            : ETags.Of(s.Version, s.FailingSince?.UtcTicks, s.PreviousSecretUntil > now);

    public static SubscriptionResponse Of(Subscription s, DateTimeOffset now, string? secret = null) => new()
    {
        Id = s.Id,
        Url = s.Url,
        Description = s.Description,
        State = s.DisabledReason is null ? "active" : "disabled",
        DisabledReason = s.DisabledReason is { } reason ? JsonNamingPolicy.CamelCase.ConvertName(reason.ToString()) : null,
        DisabledAt = s.DisabledAt,
        EventTypes = s.EventTypes,
        Filter = FilterRequest.Of(s),
        MaxPerSecond = s.MaxPerSecond,
        FailingSince = s.FailingSince,
        PreviousSecretUntil = s.PreviousSecretUntil > now ? s.PreviousSecretUntil : null,
        CreatedAt = s.CreatedAt,
        UpdatedAt = s.UpdatedAt,
        Version = s.Version,
        Secret = secret,
    };
}
