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
        var window = new ReturnWindow(prices.Count);
        var level = SignalLevel.Normal;
        double? robustZ = null;
        for (int i = 0, from = 0; i < prices.Count; i++)
        {
            for (; prices[from].Date < prices[i].Date.AddDays(-WindowDays); from++) window.Remove(returns[from]);
            robustZ = RobustZ(window, returns[i]);
            level = Next(level, robustZ);
            if (i < prices.Count - 1) window.Add(returns[i]);
        }
        var last = prices[^1];
        return new PriceSignal(
            last.Date, last.Value, returns[^1], LogReturn(prices, prices.Count - 1, last.Date.AddDays(-YearDays), YearDays / 10),
            Volatility(prices, returns), robustZ, level);
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

    /// <summary>A return beside those before it in the window.</summary>
    private static double? RobustZ(ReturnWindow past, double? latest)
    {
        if (latest is not { } value || past.Count < FewestReturns) return null;
        var (median, deviation) = past.Spread();
        return (value - median) / Math.Max(MadScale * deviation, PriceSignalChanged.SpreadFloor);
    }

    /// <summary>Of the returns in the window before the last price.</summary>
    private static double? Volatility(IReadOnlyList<Price> prices, double?[] returns)
    {
        var from = prices[^1].Date.AddDays(-WindowDays);
        var past = new List<double>();
        for (var i = prices.Count - 2; i >= 0 && prices[i].Date >= from; i--)
        {
            if (returns[i] is { } r) past.Add(r);
        }
        if (past.Count < FewestReturns) return null;
        var mean = past.Average();
        return Math.Sqrt(past.Sum(r => (r - mean) * (r - mean)) / (past.Count - 1));
    }
}
