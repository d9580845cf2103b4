using Chokepoint.Contracts;
using Chokepoint.MarketPrices.Domain;

namespace Chokepoint.MarketPrices.Tests.Signals;

public sealed class PriceSignalsTests
{
    [Fact]
    public void A_calm_series_is_normal_and_a_leap_out_of_its_own_past_is_a_shock()
    {
        PriceSignals.Of(Monthly(Calm(40)), Frequency.Monthly)!.Level.ShouldBe(SignalLevel.Normal);

        var shock = PriceSignals.Of(Monthly([.. Calm(40), 160]), Frequency.Monthly)!;

        shock.Level.ShouldBe(SignalLevel.Shock);
        shock.MonthReturn!.Value.ShouldBe(Math.Log(160 / Calm(40)[^1]), 1e-12);
        shock.RobustZ!.Value.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Robust_z_is_the_distance_from_the_median_in_scaled_deviations_and_the_spread_has_a_floor()
    {
        // Returns alternate +0.1, −0.1; their median is 0 or ±0.1 and every deviation 0.1, so the scaled spread is known by hand.
        var values = new List<double> { 100 };
        for (var i = 0; i < 36; i++) values.Add(values[^1] * Math.Exp(i % 2 == 0 ? 0.1 : -0.1));
        values.Add(values[^1] * Math.Exp(0.5));
        PriceSignals.Of(Monthly(values), Frequency.Monthly)!.RobustZ!.Value.ShouldBe(0.5 / (1.4826 * 0.1), 1e-9);

        // A price that an office sets has no spread at all: 1 % is half of the smallest spread, not infinitely many deviations.
        var set = Enumerable.Repeat(100.0, 37).Append(101);
        PriceSignals.Of(Monthly(set), Frequency.Monthly)!.RobustZ!.Value.ShouldBe(Math.Log(1.01) / 0.02, 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_window_that_moves_gives_the_same_spread_as_one_that_is_sorted_anew(int seed)
    {
        var random = new Random(seed);
        // Whole numbers too, so that values repeat.
        var values = Enumerable.Range(0, 400).Select(i => i % 3 == 0 ? random.Next(-5, 5) : random.NextDouble() * 10 - 5).ToList();
        var window = new ReturnWindow(60);
        for (var i = 0; i < values.Count; i++)
        {
            window.Add(values[i]);
            window.Add(null);
            if (i >= 60) window.Remove(values[i - 60]);
            var past = values.GetRange(Math.Max(0, i - 59), Math.Min(i + 1, 60));
            var median = MedianOf(past);

            window.Spread().ShouldBe((median, MedianOf(past.ConvertAll(v => Math.Abs(v - median)))));
        }

        static double MedianOf(List<double> values)
        {
            var sorted = values.Order().ToList();
            return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
        }
    }

    [Theory]
    [InlineData(SignalLevel.Normal, 2.9, SignalLevel.Normal)]
    [InlineData(SignalLevel.Normal, 3.0, SignalLevel.Elevated)]
    [InlineData(SignalLevel.Elevated, 2.1, SignalLevel.Elevated)]
    [InlineData(SignalLevel.Elevated, 1.9, SignalLevel.Normal)]
    [InlineData(SignalLevel.Elevated, -5.0, SignalLevel.Shock)]
    [InlineData(SignalLevel.Shock, 4.1, SignalLevel.Shock)]
    [InlineData(SignalLevel.Shock, 2.5, SignalLevel.Elevated)]
    public void Levels_are_left_lower_than_they_are_entered(SignalLevel before, double z, SignalLevel after) =>
        PriceSignals.Next(before, z).ShouldBe(after);

    [Fact]
    public void Returns_are_logarithms_over_a_month_and_a_year_and_volatility_the_deviation_of_the_returns_before()
    {
        var values = new List<double> { 100 };
        for (var i = 0; i < 36; i++) values.Add(values[^1] * Math.Exp(i % 2 == 0 ? 0.1 : -0.1));
        values.Add(120);

        var signal = PriceSignals.Of(Monthly(values), Frequency.Monthly)!;

        signal.Price.ShouldBe(120);
        signal.MonthReturn!.Value.ShouldBe(Math.Log(120 / values[^2]), 1e-12);
        signal.YearReturn!.Value.ShouldBe(Math.Log(120 / values[^13]), 1e-12);
        // 36 returns of ±0.1 around 0: the sample's deviation is 0.1·√(36/35).
        signal.Volatility!.Value.ShouldBe(0.1 * Math.Sqrt(36.0 / 35), 1e-12);
    }

    [Fact]
    public void A_daily_series_is_held_against_the_price_of_thirty_days_before()
    {
        var days = Enumerable.Range(0, 400).Select(i => new Price(new DateOnly(2023, 1, 1).AddDays(i), 100 + i)).ToList();

        PriceSignals.Of(days, Frequency.Daily)!.MonthReturn!.Value.ShouldBe(Math.Log(499.0 / 469), 1e-12);
    }

    [Fact]
    public void A_price_that_hovers_at_the_edge_of_a_level_stays_in_it()
    {
        var values = Calm(40).ToList();
        var levels = new List<SignalLevel>();
        foreach (var z in (double[])[3.2, 2.6, 3.1, 2.1, 5.1, 4.2, 2.9, 1.9, 2.9])
        {
            values.Add(PriceAt(z, values));
            levels.Add(PriceSignals.Of(Monthly(values), Frequency.Monthly)!.Level);
        }

        levels.ShouldBe([
            SignalLevel.Elevated, SignalLevel.Elevated, SignalLevel.Elevated, SignalLevel.Elevated, SignalLevel.Shock, SignalLevel.Shock, SignalLevel.Elevated,
            SignalLevel.Normal, SignalLevel.Normal,
        ]);
    }

    [Fact]
    public void Under_a_year_of_returns_or_across_a_gap_nothing_is_called_unusual()
    {
        PriceSignals.Of(Monthly([100, 100, 100, 500]), Frequency.Monthly)!.RobustZ.ShouldBeNull();
        var gap = Monthly(Calm(40)).Append(new Price(new DateOnly(2030, 1, 1), 900)).ToList();
        var signal = PriceSignals.Of(gap, Frequency.Monthly)!;
        signal.MonthReturn.ShouldBeNull();
        signal.Level.ShouldBe(SignalLevel.Normal);
    }

    /// <summary>The next price whose robust z is so much: z is a straight line over the return.</summary>
    private static double PriceAt(double z, List<double> values)
    {
        double ZOf(double r) => PriceSignals.Of(Monthly([.. values, values[^1] * Math.Exp(r)]), Frequency.Monthly)!.RobustZ!.Value;
        var (none, whole) = (ZOf(0), ZOf(1));
        return values[^1] * Math.Exp((z - none) / (whole - none));
    }

    private static double[] Calm(int count) => [.. Enumerable.Range(0, count).Select(i => 100 * Math.Exp(0.01 * Math.Sin(i)))];

    private static List<Price> Monthly(IEnumerable<double> values) => [.. values.Select((v, i) => new Price(new DateOnly(2015, 1, 1).AddMonths(i), v))];
}
