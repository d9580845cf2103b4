using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Tests.Domain;

public sealed class ControlsTests
{
    private static double Controls(params ControlClause[] clauses) =>
        PairScorer.Score("USA", "gallium", [OneSupplier], clauses, _ => Given.Today, Signals.None, Given.Method).Deciding!.Factors.Controls;

    /// <summary>All supply from China, so that the factor is the severity itself.</summary>
    private static readonly StageSupply OneSupplier = Given.Supply("USA", SupplyBasis.Global, 1, ("CHN", 1, 0, 5.72));

    [Theory]
    [InlineData(Measure.Prohibition, 0.95)]
    [InlineData(Measure.Suspension, 0.95)]
    [InlineData(Measure.CustomsBlockage, 0.80)]
    [InlineData(Measure.Quota, 0.70)]
    [InlineData(Measure.Tax, 0.50)]
    [InlineData(Measure.MinimumPrice, 0.35)]
    [InlineData(Measure.Licensing, 0.25)]
    [InlineData(Measure.StateTrading, 0.15)]
    [InlineData(Measure.Technology, 0.15)]
    [InlineData(Measure.EntityListing, 0.10)]
    [InlineData(Measure.Statement, 0)]
    public void Each_measure_has_its_severity(Measure measure, double severity) =>
        Controls(Given.Clause("CHN", measure, "gallium")).ShouldBe(severity, 1e-9);

    [Theory]
    [InlineData(40, 100d, 0.6)]
    [InlineData(120, 100d, 0)]
    [InlineData(0, 0d, 0.7)]
    [InlineData(40, null, 0.7)]
    public void A_quota_stops_what_it_leaves_out_of_what_was_shipped_where_that_is_known(double volume, double? shipped, double severity) =>
        Controls(Given.Clause("CHN", Measure.Quota, "gallium") with { Quota = new QuotaTerms(volume, shipped, "t") }).ShouldBe(severity, 1e-9);

    [Fact]
    public void A_measure_with_an_end_use_acts_on_its_segment_only()
    {
        var ban = Given.Clause("CHN", Measure.Prohibition, "gallium");
        Controls(ban with { EndUse = EndUse.Military }).ShouldBe(0.1 * 0.95, 1e-9);
        Controls(ban with { EndUse = EndUse.Civil }).ShouldBe(0.9 * 0.95, 1e-9);
        Controls(ban with { EndUse = EndUse.Military }, Given.Clause("CHN", Measure.Licensing, "gallium")).ShouldBe(0.1 * 0.95 + 0.9 * 0.25, 1e-9);
    }

    [Fact]
    public void Of_measures_in_force_together_the_largest_counts() =>
        Controls(Given.Clause("CHN", Measure.Licensing, "gallium"), Given.Clause("CHN", Measure.Tax, "gallium")).ShouldBe(0.5, 1e-9);

    [Fact]
    public void In_force_and_pending_combine_as_chances_do() =>
        Controls(Given.Clause("CHN", Measure.Licensing, "gallium"), Given.Clause("CHN", Measure.Prohibition, "gallium", Given.SuspendedFor(200)))
            .ShouldBe(1 - (1 - 0.25) * (1 - 0.95 * 0.25), 1e-9);

    [Theory]
    [InlineData(91, 0)]
    [InlineData(90, 0.5)]
    [InlineData(1, 0.5)]
    [InlineData(0, 1)]
    public void An_announced_measure_counts_from_ninety_days_before(int days, double part) =>
        Controls(Given.Clause("CHN", Measure.Prohibition, "gallium", Given.AnnouncedFor(days))).ShouldBe(0.95 * part, 1e-9);

    [Theory]
    [InlineData(91, 0.25)]
    [InlineData(90, 0.5)]
    [InlineData(0, 1)]
    public void A_suspended_measure_counts_more_when_it_is_about_to_return(int days, double part) =>
        Controls(Given.Clause("CHN", Measure.Prohibition, "gallium", Given.SuspendedFor(days))).ShouldBe(0.95 * part, 1e-9);

    [Fact]
    public void An_open_suspension_keeps_a_quarter() => Controls(Given.Clause("CHN", Measure.Prohibition, "gallium",
        new ControlInterval(Given.Today.AddDays(-1), null, ControlStatus.Suspended, StatusBasis.Notice))).ShouldBe(0.95 * 0.25, 1e-9);

    [Theory]
    [InlineData(ControlStatus.Expired)]
    [InlineData(ControlStatus.Superseded)]
    [InlineData(ControlStatus.Withdrawn)]
    public void What_is_over_counts_nothing(ControlStatus status) =>
        Controls(Given.Clause("CHN", Measure.Prohibition, "gallium", new ControlInterval(Given.Today, null, status, StatusBasis.Notice))).ShouldBe(0);

    [Fact]
    public void What_one_secondary_source_says_counts_half() =>
        Controls(Given.Clause("CHN", Measure.Prohibition, "gallium") with { Confidence = Confidence.Unconfirmed }).ShouldBe(0.475, 1e-9);

    [Fact]
    public void A_clause_acts_where_it_says_and_nowhere_else()
    {
        var ban = Given.Clause("CHN", Measure.Prohibition, "gallium");
        Controls(ban with { Destinations = ["JPN"] }).ShouldBe(0);
        Controls(ban with { Destinations = ["USA"] }).ShouldBe(0.95, 1e-9);
        Controls(ban with { ExcludedDestinations = ["USA"] }).ShouldBe(0);
        Controls(ban with { Stages = [Stage.Extraction] }).ShouldBe(0);
        Controls(ban with { Stages = [Stage.Extraction, Stage.Processing] }).ShouldBe(0.95, 1e-9);
    }

    [Fact]
    public void The_Union_is_named_for_its_members_and_acts_for_them()
    {
        var toUnion = Given.Clause("CHN", Measure.Prohibition, "gallium") with { Destinations = ["EU27"] };
        toUnion.Reaches("DEU").ShouldBeTrue();
        toUnion.Reaches("EU27").ShouldBeTrue();
        toUnion.Reaches("GBR").ShouldBeFalse();
        var byMember = Given.Clause("DEU", Measure.Prohibition, "gallium");
        byMember.Reaches("EU27").ShouldBeFalse();
        byMember.Reaches("FRA").ShouldBeFalse();
        byMember.Reaches("USA").ShouldBeTrue();
    }

    [Fact]
    public void An_issuers_own_measure_does_not_raise_its_own_score()
    {
        foreach (var mineral in Reference.Minerals.All.Take(40))
        {
            foreach (var (issuer, economy) in (ReadOnlySpan<(string, string)>)[("CHN", "CHN"), ("DEU", "EU27"), ("EU27", "EU27"), ("USA", "USA")])
            {
                var before = Given.Score(economy, mineral.Slug).Deciding?.Score;
                Given.Score(economy, mineral.Slug, Given.Clause(issuer, Measure.Prohibition, mineral.Slug)).Deciding?.Score.ShouldBe(before!.Value);
            }
        }
    }

    [Fact]
    public void A_fall_of_a_controlled_supplier_is_its_severity_and_no_trade_signal()
    {
        var supply = Given.Supply("USA", SupplyBasis.Global, 1, ("CHN", 0.6, 0, 5), ("RUS", 0.4, 0, 6));
        var falls = new Signals(new Dictionary<string, double>(StringComparer.Ordinal) { ["CHN"] = 0.9, ["RUS"] = 0.5 }, null);
        var free = PairScorer.Score("USA", "gallium", [supply], [], _ => Given.Today, falls, Given.Method).Deciding!.Factors;
        free.Trade!.Value.ShouldBe(0.54, 1e-9);
        free.Controls.ShouldBe(0);
        var licensed = PairScorer.Score("USA", "gallium", [supply], [Given.Clause("CHN", Measure.Licensing, "gallium")], _ => Given.Today, falls, Given.Method).Deciding!.Factors;
        licensed.Controls.ShouldBe(0.54, 1e-9);
        licensed.Trade!.Value.ShouldBe(0.2, 1e-9);
    }

    [Theory]
    [InlineData(0.9, true)]
    [InlineData(0.25, false)]
    [InlineData(0.1, false)]
    public void A_supplier_s_flow_is_what_counts_where_it_fell_further_than_its_measures_say(double fall, bool observed)
    {
        var supply = Given.Supply("USA", SupplyBasis.Global, 1, ("CHN", 0.6, 0, 5), ("RUS", 0.4, 0, 6));
        var falls = new Signals(new Dictionary<string, double>(StringComparer.Ordinal) { ["CHN"] = fall, ["RUS"] = fall }, null);
        var stage = PairScorer.Score("USA", "gallium", [supply], [Given.Clause("CHN", Measure.Licensing, "gallium")], _ => Given.Today, falls, Given.Method).Deciding!;
        (stage.IsControlled(0), stage.IsControlled(1)).ShouldBe((true, false));
        (stage.IsObserved(0), stage.IsObserved(1)).ShouldBe((observed, false));
    }

    [Fact]
    public void A_clause_is_named_with_the_supply_that_its_issuer_stands_for()
    {
        var supply = Given.Supply("USA", SupplyBasis.Global, 0.5, ("DEU", 0.3, 0, 5), ("FRA", 0.1, 0, 5), ("CHN", 0.4, 0, 6), ("RUS", 0, 0, 6));
        Named(supply, Given.Clause("CHN", Measure.Licensing, "gallium")).ShouldBe([0.2]);
        Named(supply, Given.Clause("EU27", Measure.Licensing, "gallium")).ShouldBe([0.2]);
        Named(supply, Given.Clause("RUS", Measure.Licensing, "gallium")).ShouldBeEmpty("it supplies nothing");
        Named(supply, Given.Clause("KAZ", Measure.Licensing, "gallium")).ShouldBe([null], "it may stand among the rest");
        var named = Given.Supply("USA", SupplyBasis.Global, 1, ("CHN", 1, 0, 6));
        Named(named, Given.Clause("KAZ", Measure.Licensing, "gallium")).ShouldBeEmpty("there is no rest");

        static List<double?> Named(StageSupply supply, ControlClause clause)
        {
            var stage = PairScorer.Score("USA", "gallium", [supply], [clause], _ => Given.Today, Signals.None, Given.Method).Deciding!;
            stage.Controls.ShouldAllBe(c => c.Clause == clause && Math.Abs(c.Severity - 0.25) < 1e-9);
            return [.. stage.Controls.Select(c => c.Supply is { } q ? Math.Round(q, 9) : (double?)null)];
        }
    }

    [Fact]
    public void A_measure_of_nobody_named_moves_the_upper_end_alone()
    {
        var supply = Given.Supply("USA", SupplyBasis.Global, 1, ("CHN", 0.6, 0, 5));
        var stage = PairScorer.Score("USA", "gallium", [supply], [Given.Clause("KAZ", Measure.Prohibition, "gallium")], _ => Given.Today, Signals.None, Given.Method).Deciding!;
        (stage.Low.Controls, stage.Factors.Controls).ShouldBe((0, 0));
        stage.High.Controls.ShouldBe(0.4 * 0.95, 1e-9);
    }

    /// <summary>USGS withholds the lithium of the United States and prints the world's without it, so that nothing bounds it.</summary>
    [Fact]
    public void A_measure_of_a_producer_whose_output_is_withheld_is_named_and_moves_the_upper_end_alone()
    {
        var (free, banned) = (Mine(), Mine(Given.Clause("USA", Measure.Prohibition, "lithium")));
        banned.Controls.ShouldHaveSingleItem().Supply.ShouldBeNull();
        (banned.Low, banned.Factors).ShouldBe((free.Low, free.Factors));
        banned.High.Controls.ShouldBe(0.95, 1e-9);
        free.Supply.HhiGlobal.High.ShouldBeGreaterThan(free.Supply.HhiGlobal.Value + 1);

        static StageScore Mine(params ControlClause[] clauses) => Given.Score("JPN", "lithium", clauses).Stages.Single(s => s.Stage == Stage.Extraction);
    }

    [Fact]
    public void A_pair_s_interval_is_of_the_worst_stage_at_either_end()
    {
        var ore = new StageSupply(
            Given.Supply("USA", SupplyBasis.Global, 1, ("CHN", 0.5, 0, 5)).Inputs with { Stage = Stage.Extraction, ImportReliance = new Bounds(1, 0.1, 1) }, Given.Method);
        var metal = Given.Supply("USA", SupplyBasis.Global, 1, ("CHN", 0.9, 0, 5), ("RUS", 0.1, 0, 5));
        var pair = PairScorer.Score("USA", "gallium", [ore, metal], [], _ => Given.Today, Signals.None, Given.Method);
        pair.Stages[0].LowScore.ShouldNotBe(pair.Stages[1].LowScore);
        pair.Stages[0].HighScore.ShouldNotBe(pair.Stages[1].HighScore);
        pair.Low.ShouldBe(Math.Max(pair.Stages[0].LowScore, pair.Stages[1].LowScore));
        pair.High.ShouldBe(Math.Max(pair.Stages[0].HighScore, pair.Stages[1].HighScore));
    }

    [Fact]
    public void Trade_is_of_the_stage_absent_where_no_supplier_s_flow_is_known_and_as_wide_as_the_supply()
    {
        var supply = Given.Supply("USA", SupplyBasis.Sourced, 0.8, ("CHN", 0.6, 0.2, 5), ("RUS", 0.4, 0.6, 6));
        FactorsOf(new Dictionary<string, double>(StringComparer.Ordinal) { ["CHL"] = 0.9 }).Factors.Trade.ShouldBeNull();
        var score = FactorsOf(new Dictionary<string, double>(StringComparer.Ordinal) { ["CHN"] = 0.5, ["RUS"] = 0 });
        score.Factors.Trade!.Value.ShouldBe(0.5 * (0.4 * 0.6 + 0.6 * 0.2), 1e-9);
        score.Low.Trade!.Value.ShouldBe(0.5 * 0.2, 1e-9, "own sourcing alone");
        score.High.Trade!.Value.ShouldBe(0.5 * 0.6 * 0.8, 1e-9, "world output alone");

        StageScore FactorsOf(Dictionary<string, double> falls) => PairScorer.Score(
            "USA", "gallium", [supply], [], _ => Given.Today,
            new Signals(null, null) { FallsByStage = new Dictionary<Stage, IReadOnlyDictionary<string, double>> { [Stage.Processing] = falls } }, Given.Method).Deciding!;
    }

    [Theory]
    [InlineData(1.5, 0)]
    [InlineData(2, 0)]
    [InlineData(5, 0.5)]
    [InlineData(20, 1)]
    public void A_price_counts_from_two_spreads_on(double z, double x) => new Signals(null, z).Market(Given.Method)!.Value.ShouldBe(x, 1e-9);
}
