using Chokepoint.Contracts;

namespace Chokepoint.MarketPrices.Domain;

/// <summary>What a series' newest price says beside its own past (METHOD.md section 3, factor market).</summary>
/// <param name="MonthReturn">Natural-log return over the latest 30 days, or one step of a coarser series; null without a price that long ago.</param>
/// <param name="YearReturn">The same over 365 days.</param>
/// <param name="Volatility">Standard deviation of the returns in the trailing three years.</param>
/// <param name="RobustZ">Distance of the latest return from the trailing median in scaled median absolute deviations; null under a year of returns.</param>
internal sealed record PriceSignal(
    DateOnly AsOf, double Price, double? MonthReturn, double? YearReturn, double? Volatility, double? RobustZ, SignalLevel Level);

/// <summary>
/// Takes a signal from a series' prices. The level is a fold over the whole series from its first price, so a late or revised price
/// gives the level that it would have given in order.
/// </summary>
internal static class PriceSignals
{
    /// <summary>Makes the median absolute deviation of a normal distribution its standard deviation.</summary>
    private const double MadScale = 1.4826;

    /// <summary>A spread below this is a quiet or administered price, on which any move would be a thousand deviations.</summary>
    private const double SmallestSpread = 0.02;

    private const int MonthDays = 30;
    private const int YearDays = 365;
    private const int WindowDays = 3 * YearDays + 1;

    /// <summary>Returns needed before one can be called unusual: a year of months, or of what a coarser series has in three years.</summary>
    private const int FewestReturns = 12;

    /// <summary>Levels are entered above the first and left below the second: a price on the edge does not announce itself daily.</summary>
    private static readonly (double Enter, double Leave) Elevated = (3, 2);

    private static readonly (double Enter, double Leave) Shock = (5, 4);

    /// <summary>Null for a series without prices.</summary>
    /// <param name="prices">In order of date, one for each.</param>
    public static PriceSignal? Of(IReadOnlyList<Price> prices, Frequency frequency)
    {
        if (prices.Count == 0) return null;
        var returns = Returns(prices, frequency);
        var level = SignalLevel.Normal;
        Standing standing = new(null, null);
        for (int i = 0, from = 0; i < prices.Count; i++)
        {
            while (prices[from].Date < prices[i].Date.AddDays(-WindowDays)) from++;
            standing = StandingOf(returns, from, i);
            level = Next(level, standing.RobustZ);
        }
        var last = prices[^1];
        return new PriceSignal(
            last.Date, last.Value, returns[^1], LogReturn(prices, prices.Count - 1, last.Date.AddDays(-YearDays), YearDays / 10),
            standing.Volatility, standing.RobustZ, level);
    }

    internal static SignalLevel Next(SignalLevel before, double? robustZ)
    {
        var z = Math.Abs(robustZ ?? 0);
        if (z >= Shock.Enter || (before is SignalLevel.Shock && z >= Shock.Leave)) return SignalLevel.Shock;
        if (z >= Elevated.Enter || (before is not SignalLevel.Normal && z >= Elevated.Leave)) return SignalLevel.Elevated;
        return SignalLevel.Normal;
    }

    private static double?[] Returns(IReadOnlyList<Price> prices, Frequency frequency)
    {
        var returns = new double?[prices.Count];
        for (var i = 1; i < prices.Count; i++)
        {
            returns[i] = frequency switch
            {
                Frequency.Daily or Frequency.Weekly => LogReturn(prices, i, prices[i].Date.AddDays(-MonthDays), MonthDays / 2),
                Frequency.Monthly => LogReturn(prices, i, prices[i].Date.AddMonths(-1), 0),
                Frequency.Quarterly => LogReturn(prices, i, prices[i].Date.AddMonths(-3), 0),
                _ => LogReturn(prices, i, prices[i].Date.AddYears(-1), 0),
            };
        }
        return returns;
    }

    /// <summary>Against the newest price not after <paramref name="then"/> and at most so many days older; a gap gives no return.</summary>
    private static double? LogReturn(IReadOnlyList<Price> prices, int at, DateOnly then, int slackDays)
    {
        var (low, high) = (0, at);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (prices[middle].Date <= then) low = middle + 1;
            else high = middle;
        }
        return low > 0 && prices[low - 1].Date >= then.AddDays(-slackDays) ? Math.Log(prices[at].Value / prices[low - 1].Value) : null;
    }

    /// <summary>The return at <paramref name="at"/> beside those before it in the window.</summary>
    private static Standing StandingOf(double?[] returns, int from, int at)
    {
        var past = new List<double>(at - from);
        for (var i = from; i < at; i++)
        {
            if (returns[i] is { } r) past.Add(r);
        }
        if (past.Count < FewestReturns) return new Standing(null, null);
        var mean = past.Average();
        var volatility = Math.Sqrt(past.Sum(r => (r - mean) * (r - mean)) / (past.Count - 1));
        if (returns[at] is not { } latest) return new Standing(volatility, null);
        var median = Median(past);
        for (var i = 0; i < past.Count; i++) past[i] = Math.Abs(past[i] - median);
        return new Standing(volatility, (latest - median) / Math.Max(MadScale * Median(past), SmallestSpread));
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        var middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    private readonly record struct Standing(double? Volatility, double? RobustZ);
}
