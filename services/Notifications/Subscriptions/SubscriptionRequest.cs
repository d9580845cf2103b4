using Chokepoint.Contracts;
using Chokepoint.Notifications.Data;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>What a subscriber sets. Empty or absent lists mean all.</summary>
/// <param name="Url">Where webhooks go: https, or http where the operator allows it.</param>
/// <param name="EventTypes">CloudEvents types, as <c>GET /event-types</c> lists them.</param>
/// <param name="MaxPerSecond">At most so many calls a second, 1..1,000; null is as fast as the endpoint answers.</param>
internal sealed record SubscriptionRequest(
    string? Url, string? Description, IReadOnlyList<string>? EventTypes, FilterRequest? Filter, int? MaxPerSecond)
{
    public static SubscriptionRequest Of(Subscription s) => new(s.Url, s.Description, s.EventTypes, FilterRequest.Of(s), s.MaxPerSecond);

    public void ApplyTo(Subscription subscription)
    {
        subscription.Url = Url!;
        subscription.Description = Description;
        subscription.EventTypes = [.. EventTypes ?? []];
        subscription.Economies = [.. Filter?.Economies ?? []];
        subscription.Minerals = [.. Filter?.Minerals ?? []];
        subscription.MinimumLevel = Filter?.MinimumLevel;
        subscription.MinimumChange = Filter?.MinimumChange;
        subscription.MaxPerSecond = MaxPerSecond;
    }
}

/// <summary>Which events of those types.</summary>
/// <param name="Economies">Alpha-3 codes or <c>EU27</c>.</param>
/// <param name="Minerals">Slugs, or groups such as <c>rare-earths</c>.</param>
/// <param name="MinimumLevel">Scores that had or have at least this level.</param>
/// <param name="MinimumChange">Points, 0..100, by which a score must have moved; null means 1, 0 every revision.</param>
internal sealed record FilterRequest(
    IReadOnlyList<string>? Economies, IReadOnlyList<string>? Minerals, RiskLevel? MinimumLevel, double? MinimumChange)
{
    public static FilterRequest Of(Subscription s) => new(s.Economies, s.Minerals, s.MinimumLevel, s.MinimumChange);
}
