using Chokepoint.MarketPrices.Domain;

namespace Chokepoint.MarketPrices.Signals;

/// <summary>
/// Within a level a score still follows the z-score where it counts (METHOD.md section 3: from 2 to 8), and has to know that the
/// series goes on. Steps, and not distances from what was last announced: whether a price passes one does not depend on the ticks between.
/// </summary>
internal static class SignalSteps
{
    /// <summary>A tenth of a deviation is at most half a point of a score.</summary>
    private const double Width = 0.1;

    private const double CountsFrom = 2;
    private const double CountsUpTo = 8;

    public static bool Differ(LastSignal? before, PriceSignal now) =>
        before is null ? now.RobustZ is not null : Step(before.RobustZ) != Step(now.RobustZ) || Month(before.AsOf) != Month(now.AsOf);

    private static int? Step(double? z) => z is { } known ? (int)Math.Floor(Math.Clamp(known, CountsFrom, CountsUpTo) / Width) : null;

    private static int Month(DateOnly day) => day.Year * 12 + day.Month;
}
