namespace Chokepoint.Testing.Ledger;

/// <summary>Economies and minerals whose score a Chinese ban on the economy bears on, each by the stage that decides it.</summary>
public static class Pairs
{
    private static readonly string[] Minerals = ["gallium", "germanium", "antimony", "natural-graphite", "tungsten", "dysprosium", "magnesium", "bismuth"];
    private static readonly string[] Economies = ["USA", "JPN", "KOR", "EU27", "COD", "IND", "GBR", "CAN"];

    public static IReadOnlyList<Pair> All { get; } = [.. Minerals.SelectMany(_ => Economies, (mineral, economy) => new Pair(economy, mineral))];
}
