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
