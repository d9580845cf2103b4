using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Observed;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Tests.Support;

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
            var signals = AnySignals(random);
            var (before, after) = (Given.Score(economy, mineral, signals, clauses), Given.Score(economy, mineral, signals, [.. clauses, Any(random, mineral)]));
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
    public void Points_add_up_to_every_score_and_deltas_to_every_change()
    {
        var random = new Random(20261126);
        foreach (var (economy, mineral) in Given.Book.Pairs.Where((_, i) => i % 5 == 0))
        {
            var before = Given.Score(economy, mineral, AnySignals(random), Any(random, mineral)).Deciding;
            var after = Given.Score(economy, mineral, AnySignals(random), Any(random, mineral), Any(random, mineral)).Deciding;
            if (before is null || after is null) continue;
            Points.Of(after.Factors, Given.Method).Sum().ShouldBe(Points.Tenths(after.Score), $"{economy} {mineral}");
            Points.Deltas(before.Factors, after.Factors, Given.Method).Sum().ShouldBe(Points.Tenths(after.Score) - Points.Tenths(before.Score), $"{economy} {mineral}");
        }
    }

    [Fact]
    public void An_issuers_own_measure_does_not_raise_its_own_score_whatever_prices_and_flows_say()
    {
        var random = new Random(11);
        foreach (var (economy, mineral) in Given.Book.Pairs.Where((_, i) => i % 5 == 0))
        {
            var signals = AnySignals(random);
            var own = Any(random, mineral) with { Issuer = economy, Destinations = null };
            Given.Score(economy, mineral, signals, own).Deciding?.Score.ShouldBe(Given.Score(economy, mineral, signals).Deciding!.Score, $"{economy} {mineral}");
        }
    }

    /// <summary>What some print: one number for everything. Rare earths share a group's shares, so a few may agree.</summary>
    [Fact]
    public void There_is_no_one_score_for_every_mineral_nor_for_every_economy()
    {
        var scores = Given.Book.Pairs.Select(p => (p.Economy, p.Mineral, Given.Score(p.Economy, p.Mineral).Deciding?.Score)).Where(p => p.Score is not null)
            .Select(p => (p.Economy, p.Mineral, Shown: Points.Tenths(p.Score!.Value))).ToList();
        foreach (var of in scores.GroupBy(s => s.Economy, StringComparer.Ordinal))
        {
            of.GroupBy(s => s.Shown).Max(g => g.Count()).ShouldBeLessThan(of.Count() / 3, of.Key);
            of.Select(s => s.Shown).Distinct().Count().ShouldBeGreaterThan(of.Count() / 3, of.Key);
        }

        foreach (var of in scores.GroupBy(s => s.Mineral, StringComparer.Ordinal)) of.Select(s => s.Shown).Distinct().Count().ShouldBeGreaterThan(1, of.Key);
    }

    [Fact]
    public void Neither_the_order_nor_the_batching_of_events_changes_an_answer()
    {
        var random = new Random(5);
        var day = new DateOnly(2026, 6, 10);
        List<(string, SupplyReading)> supplies = [];
        List<PriceReading> prices = [];
        foreach (var mineral in (string[])["gallium", "natural-graphite", "tungsten"])
        {
            for (var i = 0; i < 6; i++)
            {
                prices.Add(PriceReading.From(SignalEvents.Price(mineral, random.NextDouble() * 9, day.AddDays(-random.Next(200)))));
                var month = SignalEvents.Month("KOR", mineral, Stage.Processing, $"2026-0{i + 1}", null, ("CHN", random.NextDouble()), ("RUS", random.Next(2) * 0.7));
                var year = SignalEvents.Year("KOR", mineral, Stage.Extraction, $"202{i}", ("CHN", random.NextDouble() / 2), ("AUS", 0.3));
                foreach (var reading in (SupplyReading[])[SupplyReading.From(month)!, SupplyReading.From(year)!]) supplies.Add((SignalKey.Of(reading).Key, reading));
            }
        }

        var clauses = prices.Select(p => p.Mineral).Distinct().SelectMany(m => Enumerable.Range(0, 5).Select(_ => Any(random, m))).ToArray();
        var expected = Answers(clauses, SignalSnapshot.Empty.With(prices, supplies));
        for (var i = 0; i < 10; i++)
        {
            random.Shuffle(clauses);
            var signals = SignalSnapshot.Empty;
            foreach (var batch in supplies.OrderBy(_ => random.Next()).Chunk(1 + random.Next(9))) signals = signals.With([], batch);
            foreach (var batch in prices.OrderBy(_ => random.Next()).Chunk(1 + random.Next(5))) signals = signals.With(batch, []);
            Answers(clauses, signals).ShouldBe(expected);
        }

        string[] Answers(IEnumerable<ControlClause> known, SignalSnapshot signals) =>
            [.. ((string[])["gallium", "natural-graphite", "tungsten"]).SelectMany(m => ((string[])["KOR", "USA"]).Select(e => System.Text.Json.JsonSerializer.Serialize(
                LiveScores.On(Given.Book, new FactBook.Snapshot(known, signals), e, m, day).Document, EventJson.Options)))];
    }

    [Fact]
    public void Clauses_learned_and_reworded_one_after_another_stand_as_if_they_had_been_learned_at_once()
    {
        var random = new Random(13);
        string[] minerals = ["gallium", "natural-graphite", "tungsten", "cobalt"];
        var known = new Dictionary<Guid, ControlClause>();
        var snapshot = new FactBook.Snapshot([]);
        for (var round = 0; round < 60; round++)
        {
            var changes = new List<FactBook.Learned>();
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                var reworded = known.Count > 3 && random.Next(2) == 0 ? known.Values.ElementAt(random.Next(known.Count)) : null;
                if (reworded is not null && changes.Any(c => c.After.NoticeId == reworded.NoticeId)) continue;
                var clause = Any(random, minerals[0]) with
                {
                    NoticeId = reworded?.NoticeId ?? Guid.NewGuid(),
                    Minerals = [.. minerals.Where(_ => random.Next(2) == 0)],
                };
                changes.Add(new FactBook.Learned(reworded, clause, 0));
                known[clause.NoticeId] = clause;
            }

            snapshot = snapshot.With(changes);
            var atOnce = new FactBook.Snapshot(known.Values);
            foreach (var mineral in minerals) snapshot.Of(mineral).ShouldBe(atOnce.Of(mineral), $"round {round}, {mineral}");
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

    /// <summary>Two hundred thousand shares: what breaks the rule is gathered, and asserted once.</summary>
    [Fact]
    public void Every_share_is_a_share_and_no_importer_supplies_itself()
    {
        var broken = new List<string>();
        foreach (var (economy, mineral) in Given.Book.Pairs)
        {
            foreach (var stage in Given.Book.Of(economy, mineral).Select(v => v.Supply))
            {
                Check(stage.Suppliers.Sum(s => s.World.Value) <= 1.0001, "shares of the world add up to at most one");
                Check(IsShare(stage.Structure), "structure");
                foreach (var s in stage.Suppliers)
                {
                    Check(!Reference.Economies.AreSameMarket(s.Economy, economy), $"{s.Economy} supplies itself");
                    Check(IsShare(s.World) && IsShare(s.Sourcing), $"share of {s.Economy}");
                }

                void Check(bool holds, string what)
                {
                    if (!holds) broken.Add($"{economy} {mineral} {stage.Stage}: {what}");
                }
            }
        }

        broken.ShouldBeEmpty();

        static bool IsShare(Bounds b) => b.Low >= 0 && b.Low <= b.Value + 1e-9 && b.High >= b.Value - 1e-9 && b.High <= 1;
    }

    private static Signals AnySignals(Random random)
    {
        string[] suppliers = ["CHN", "RUS", "COD", "IDN", "USA", "CHL", "ZAF", "MMR", "GAB", "AUS", "JPN", "DEU"];
        var falls = suppliers.Where(_ => random.Next(2) == 0).ToDictionary(s => s, _ => random.Next(2) * random.NextDouble(), StringComparer.Ordinal);
        return new Signals(random.Next(3) == 0 ? null : falls, random.Next(3) == 0 ? null : random.NextDouble() * 10);
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
