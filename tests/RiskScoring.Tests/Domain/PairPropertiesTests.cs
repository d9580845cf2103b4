using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Tests.Domain;

/// <summary>Over every pair that ships and random clauses, seeded.</summary>
public sealed class PairPropertiesTests
{
    [Fact]
    public void A_measure_added_never_lowers_a_score_and_the_interval_contains_it()
    {
        var random = new Random(20261123);
        foreach (var (economy, mineral) in Given.Book.Pairs.Where((_, i) => i % 7 == 0))
        {
            var clauses = Enumerable.Range(0, random.Next(4)).Select(_ => Any(random, mineral)).ToArray();
            var (before, after) = (Given.Score(economy, mineral, clauses), Given.Score(economy, mineral, [.. clauses, Any(random, mineral)]));
            if (before.Deciding is null) continue;
            after.Deciding!.Score.ShouldBeGreaterThanOrEqualTo(before.Deciding.Score - 1e-9, $"{economy} {mineral}");
            foreach (var stage in after.Stages)
            {
                stage.LowScore.ShouldBeLessThanOrEqualTo(stage.Score + 1e-9, $"{economy} {mineral} {stage.Stage}");
                stage.HighScore.ShouldBeGreaterThanOrEqualTo(stage.Score - 1e-9, $"{economy} {mineral} {stage.Stage}");
                stage.Score.ShouldBeInRange(0, 100);
            }
        }
    }

    [Fact]
    public void The_order_of_clauses_changes_nothing()
    {
        var random = new Random(7);
        foreach (var mineral in (string[])["gallium", "cobalt", "dysprosium", "tungsten"])
        {
            var clauses = Enumerable.Range(0, 12).Select(_ => Any(random, mineral)).ToArray();
            var score = Given.Score("USA", mineral, clauses).Deciding!.Score;
            for (var i = 0; i < 10; i++)
            {
                random.Shuffle(clauses);
                Given.Score("USA", mineral, clauses).Deciding!.Score.ShouldBe(score);
            }
        }
    }

    [Fact]
    public void Every_share_is_a_share_and_no_importer_supplies_itself()
    {
        foreach (var (economy, mineral) in Given.Book.Pairs)
        {
            foreach (var stage in Given.Book.Of(economy, mineral).Select(v => v.Supply))
            {
                stage.Suppliers.ShouldNotContain(s => Reference.Economies.AreSameMarket(s.Economy, economy));
                foreach (var s in stage.Suppliers)
                {
                    foreach (var share in (ReadOnlySpan<Bounds>)[s.World, s.Sourcing])
                    {
                        share.Low.ShouldBeInRange(0, share.Value + 1e-9, $"{economy} {mineral} {s.Economy}");
                        share.High.ShouldBeInRange(share.Value - 1e-9, 1, $"{economy} {mineral} {s.Economy}");
                    }
                }

                stage.Suppliers.Sum(s => s.World.Value).ShouldBeLessThanOrEqualTo(1.0001);
                stage.Structure.Low.ShouldBeInRange(0, stage.Structure.Value + 1e-9);
                stage.Structure.High.ShouldBeInRange(stage.Structure.Value - 1e-9, 1);
            }
        }
    }

    private static ControlClause Any(Random random, string mineral)
    {
        string[] issuers = ["CHN", "RUS", "COD", "IDN", "USA", "EU27", "CHL", "ZAF", "MMR", "GAB"];
        Stage[][] stages = [[], [Stage.Extraction], [Stage.Processing], [Stage.Extraction, Stage.Processing]];
        ControlInterval[][] schedules = [Given.InForce, Given.SuspendedFor(random.Next(1, 200)), Given.AnnouncedFor(random.Next(1, 200))];
        return Given.Clause(issuers[random.Next(issuers.Length)], Enum.GetValues<Measure>()[random.Next(11)], mineral, schedules[random.Next(3)]) with
        {
            Stages = stages[random.Next(4)],
            EndUse = random.Next(3) switch { 0 => EndUse.Military, 1 => EndUse.Civil, _ => null },
            Confidence = random.Next(3) == 0 ? Confidence.Unconfirmed : Confidence.Confirmed,
            Destinations = random.Next(3) == 0 ? ["USA", "EU27"] : null,
        };
    }
}
