using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Tests.Domain;

/// <summary>Over random factors, seeded: a failure names its seed and comes again.</summary>
public sealed class PointsTests
{
    private static readonly LiveMethod Method = LiveMethod.Live1;

    [Fact]
    public void Points_add_up_to_the_score_shown()
    {
        ForAll(random =>
        {
            var factors = Any(random);
            Points.Of(factors, Method).Sum().ShouldBe(Points.Tenths(factors.Score(Method)));
        });
    }

    [Fact]
    public void Deltas_add_up_to_the_change_shown_and_what_did_not_move_has_none()
    {
        ForAll(random =>
        {
            var (before, after) = (Any(random), Any(random));
            if (random.Next(2) == 0) after = after with { Structure = before.Structure };
            if (random.Next(2) == 0) after = after with { Controls = before.Controls };
            var deltas = Points.Deltas(before, after, Method);
            deltas.Sum().ShouldBe(Points.Tenths(after.Score(Method)) - Points.Tenths(before.Score(Method)));
            foreach (var factor in FactorNames.All)
            {
                if (before.Log(factor, Method).Equals(after.Log(factor, Method))) deltas[(int)factor].ShouldBe(0);
            }
        });
    }

    [Fact]
    public void Unrounded_deltas_add_up_by_the_logarithmic_mean()
    {
        ForAll(random =>
        {
            var (before, after) = (Any(random), Any(random));
            var scale = 100 * Points.LogMean(before.Unharmed(Method), after.Unharmed(Method));
            FactorNames.All.Sum(f => scale * (after.Log(f, Method) - before.Log(f, Method))).ShouldBe(after.Score(Method) - before.Score(Method), 1e-9);
        });
    }

    /// <summary>Divided as the logarithms are: a part shown is off by less than a tenth of a point of its own, a delta by less than two.</summary>
    [Fact]
    public void Every_part_shown_is_the_factor_s_own_to_the_tenth()
    {
        ForAll(random =>
        {
            var (before, after) = (Any(random), Any(random));
            double[] logs = [.. FactorNames.All.Select(f => -Math.Log(1 - Method.WeightOf(f) * (before[f] ?? 0)))];
            var points = Points.Of(before, Method);
            for (var i = 0; i < 4; i++) (points[i] - 10 * before.Score(Method) * logs[i] / logs.Sum()).ShouldBeInRange(-1, 1);

            var (u, v) = (Math.Exp(-logs.Sum()), after.Unharmed(Method));
            var mean = (u - v) / (Math.Log(u) - Math.Log(v));
            var deltas = Points.Deltas(before, after, Method);
            for (var i = 0; i < 4; i++) (deltas[i] - 1000 * mean * (after.Log(FactorNames.All[i], Method) - logs[i])).ShouldBeInRange(-2, 2);
        });
    }

    [Fact]
    public void No_score_has_no_points() => Points.Of(new FactorScores(0, 0, null, null), Method).ShouldBe([0, 0, 0, 0]);

    [Theory]
    [InlineData(10, new[] { .25, .25, .5 }, new[] { 3, 2, 5 })]
    [InlineData(10, new[] { .24, .28, .48 }, new[] { 2, 3, 5 })]
    [InlineData(5, new[] { .1, 0, .1 }, new[] { 3, 0, 2 })]
    [InlineData(-3, new[] { -.25, -.05 }, new[] { -2, -1 })]
    [InlineData(1, new[] { .12, 0, .18 }, new[] { 0, 0, 1 })]
    [InlineData(-1, new[] { .12, 0, .18 }, new[] { -1, 0, 0 })]
    [InlineData(5, new[] { 0d, 0 }, new[] { 0, 0 })]
    public void What_rounding_leaves_goes_to_those_cut_most_in_turn(int total, double[] parts, int[] shown) => Points.Apportion(total, parts).ShouldBe(shown);

    [Fact]
    public void The_logarithmic_mean_is_the_number_itself_where_both_are_the_same()
    {
        Points.LogMean(.3, .3).ShouldBe(.3);
        Points.LogMean(.3, .3 * (1 + 1e-11)).ShouldBe(.3, 1e-9);
        Points.LogMean(1, Math.E).ShouldBe(Math.E - 1, 1e-12);
    }

    [Fact]
    public void The_score_is_bounded_and_rises_with_every_factor()
    {
        ForAll(random =>
        {
            var factors = Any(random);
            factors.Score(Method).ShouldBeInRange(0, 100);
            (factors with { Structure = Math.Min(1, factors.Structure + 0.01) }).Score(Method).ShouldBeGreaterThanOrEqualTo(factors.Score(Method));
            (factors with { Controls = Math.Min(1, factors.Controls + 0.01) }).Score(Method).ShouldBeGreaterThanOrEqualTo(factors.Score(Method));
            (factors with { Trade = (factors.Trade ?? 0) + 0.01 }).Score(Method).ShouldBeGreaterThan(factors.Score(Method));
            (factors with { Market = (factors.Market ?? 0) + 0.01 }).Score(Method).ShouldBeGreaterThan(factors.Score(Method));
        });
    }

    [Fact]
    public void Absent_factors_leave_the_score_and_lower_the_coverage()
    {
        var present = new FactorScores(0.5, 0.2, 0, 0);
        var absent = new FactorScores(0.5, 0.2, null, null);
        absent.Score(Method).ShouldBe(present.Score(Method));
        absent.Coverage(Method).ShouldBe(0.7, 1e-9);
        present.Coverage(Method).ShouldBe(1);
    }

    [Theory]
    [InlineData(24.9, RiskLevel.Low)]
    [InlineData(25, RiskLevel.Moderate)]
    [InlineData(50, RiskLevel.High)]
    [InlineData(75, RiskLevel.Severe)]
    public void Levels_begin_where_they_say(double score, RiskLevel level) => Method.LevelOf(score).ShouldBe(level);

    private static FactorScores Any(Random random) => new(
        random.NextDouble(), random.Next(3) == 0 ? 0 : random.NextDouble(), random.Next(2) == 0 ? null : random.NextDouble() * 0.98,
        random.Next(2) == 0 ? null : random.NextDouble() * 0.98);

    private static void ForAll(Action<Random> holds)
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            try
            {
                holds(new Random(seed));
            }
            catch (ShouldAssertException exception)
            {
                throw new ShouldAssertException($"seed {seed}: {exception.Message}", exception);
            }
        }
    }
}
