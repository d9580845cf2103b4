using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>Economies and minerals whose score a Chinese ban moves, each pair by one notice; and what must have arrived for them.</summary>
internal static class Pairs
{
    private static readonly string[] Minerals = ["gallium", "germanium", "antimony", "natural-graphite", "tungsten", "dysprosium", "magnesium", "bismuth"];
    private static readonly string[] Economies = ["USA", "JPN", "KOR", "EU27", "COD", "IND", "GBR", "CAN"];

    public static IReadOnlyList<(string Economy, string Mineral)> Banned(int count) =>
        [.. Minerals.SelectMany(_ => Economies, (mineral, economy) => (economy, mineral)).Take(count)];

    /// <summary>Each pair's score change came, as one event however often it was sent, and signed.</summary>
    public static async Task ArriveAsync(Subscriber subscriber, IReadOnlyList<(string Economy, string Mineral)> pairs)
    {
        var expected = pairs.Select(pair => $"{pair.Economy}/{pair.Mineral}").Order(StringComparer.Ordinal).ToList();
        try
        {
            await Testing.Eventually.IsTrueAsync(() => expected.Except(Subjects(subscriber)).ToList().Count == 0, TimeSpan.FromSeconds(60));
        }
        finally
        {
            expected.Except(Subjects(subscriber)).ShouldBeEmpty("lost");
        }

        subscriber.ScoreChanges.GroupBy(webhook => webhook.Id).Select(sent => sent.First().Json.GetProperty("subject").GetString()!)
            .GroupBy(subject => subject).Where(events => events.Count() > 1).Select(events => events.Key).ShouldBeEmpty("doubled");
        subscriber.Received.ShouldAllBe(webhook => webhook.IsSignedBy(subscriber.Secret, TimeSpan.FromMinutes(5)));
    }

    private static IEnumerable<string> Subjects(Subscriber subscriber) =>
        subscriber.ScoreChanges.Select(webhook => webhook.Json.GetProperty("subject").GetString()!);
}
