using System.Collections.Frozen;

namespace Chokepoint.MarketPrices.Domain;

/// <summary>
/// Units that prices are quoted in, as kilograms; a source's own unit is always kept, and the price per kilogram stands beside it.
/// Factors are exact by definition (international pound 1959, troy ounce 1959).
/// </summary>
internal static class Units
{
    private static readonly FrozenDictionary<string, double> Kilograms = new Dictionary<string, double>(StringComparer.Ordinal)
    {
        ["kg"] = 1,
        ["g"] = 0.001,
        ["t"] = 1000,
        ["mt"] = 1000, // "metric ton" in trade usage, never a megatonne in a price
        ["lb"] = 0.45359237,
        ["ozt"] = 0.0311034768,
        ["st"] = 907.18474,
        ["lt"] = 1016.0469088,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The price of one kilogram; null for a unit of content (<c>dmtu</c>, <c>mtu</c>) or of none (an index).</summary>
    public static double? PerKilogram(double price, string unit) => Kilograms.TryGetValue(unit, out var kilograms) ? price / kilograms : null;
}
