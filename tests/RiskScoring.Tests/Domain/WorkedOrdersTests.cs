using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Tests.Domain;

/// <summary>METHOD.md section 3, worked orders of magnitude, from the figures that ship, within two points.</summary>
public sealed class WorkedOrdersTests
{
    private const double Within = 2;

    private static ControlClause Licence(string mineral) => Given.Clause("CHN", Measure.Licensing, mineral);

    private static ControlClause Ban(string mineral, params ControlInterval[] schedule) => Given.Clause("CHN", Measure.Prohibition, mineral, schedule);

    [Fact]
    public void Gallium_for_the_United_States()
    {
        Given.Score("USA", "gallium").Deciding!.Score.ShouldBe(45, Within);
        Given.Score("USA", "gallium", Licence("gallium")).Deciding!.Score.ShouldBe(51, Within);
        Given.Score("USA", "gallium", Licence("gallium"), Ban("gallium", Given.SuspendedFor(days: 200))).Deciding!.Score.ShouldBe(56, Within);
        Given.Score("USA", "gallium", Licence("gallium"), Ban("gallium", Given.SuspendedFor(days: 50))).Deciding!.Score.ShouldBe(60, Within);
        var banned = Given.Score("USA", "gallium", Licence("gallium"), Ban("gallium"));
        banned.Deciding!.Score.ShouldBe(69, Within);
        banned.Low.ShouldBe(52, Within);
        banned.High.ShouldBe(86, Within);
    }

    /// <summary>At the mine, the stage the orders were worked for; the refinery decides under a ban (docs/adr: stages of a mineral).</summary>
    [Fact]
    public void Antimony_for_the_United_States_at_the_mine()
    {
        At(Given.Score("USA", "antimony"), Stage.Extraction).ShouldBe(30, Within);
        At(Given.Score("USA", "antimony", Licence("antimony")), Stage.Extraction).ShouldBe(36, Within);
        At(Given.Score("USA", "antimony", Ban("antimony")), Stage.Extraction).ShouldBe(52, Within);
        Given.Score("USA", "antimony").Deciding!.Score.ShouldBe(30, Within);
        Given.Score("USA", "antimony", Licence("antimony")).Deciding!.Score.ShouldBe(36, Within);
    }

    [Fact]
    public void Cobalt_under_Congos_quota()
    {
        var quota = Given.Clause("COD", Measure.Quota, "cobalt") with { Quota = new QuotaTerms(96_600, 226_000, "t") };
        Severity.Prior(quota.Measure, quota.Quota, Given.Method).ShouldBe(0.573, 0.001);
        Given.Score("USA", "cobalt").Deciding!.Score.ShouldBe(35, Within);
        Given.Score("USA", "cobalt", quota).Deciding!.Score.ShouldBe(43, Within);
        Given.Score("CHN", "cobalt").Deciding!.Score.ShouldBe(47, Within);
        Given.Score("CHN", "cobalt", quota).Deciding!.Score.ShouldBe(65, Within);
    }

    [Fact]
    public void Dysprosium_for_Japan()
    {
        Given.Score("JPN", "dysprosium").Deciding!.Score.ShouldBe(51, Within);
        Given.Score("JPN", "dysprosium", Licence("dysprosium")).Deciding!.Score.ShouldBe(61, Within);
        Given.Score("JPN", "dysprosium", Ban("dysprosium")).Deciding!.Score.ShouldBe(88, Within);
    }

    /// <summary>
    /// The note says 5 and 12, which are the structure of the mine under the controls of the refinery; taken at one stage
    /// the method gives these (docs/adr: stages of a mineral).
    /// </summary>
    [Fact]
    public void Refined_copper_for_the_United_States()
    {
        At(Given.Score("USA", "copper"), Stage.Processing).ShouldBe(8.2, 0.5);
        At(Given.Score("USA", "copper", Ban("copper")), Stage.Processing).ShouldBe(15.3, 0.5);
        At(Given.Score("USA", "copper"), Stage.Extraction).ShouldBe(5, 1);
        var mine = Given.Score("USA", "copper").Stages.Single(s => s.Stage == Stage.Extraction).Factors;
        var refinery = Given.Score("USA", "copper", Ban("copper")).Stages.Single(s => s.Stage == Stage.Processing).Factors;
        (mine with { Controls = refinery.Controls }).Score(Given.Method).ShouldBe(12, 1);
    }

    [Fact]
    public void Gallium_is_no_risk_to_the_one_who_makes_it()
    {
        Given.Score("CHN", "gallium").Deciding!.Score.ShouldBe(0, 0.5);
        Given.Score("CHN", "gallium", Ban("gallium")).Deciding!.Score.ShouldBe(0, 0.5);
    }

    [Fact]
    public void No_two_minerals_in_ten_have_one_score()
    {
        string[] minerals = ["gallium", "germanium", "antimony", "natural-graphite", "tungsten", "cobalt", "copper", "lithium", "nickel", "dysprosium"];
        foreach (var economy in (string[])["USA", "EU27", "JPN", "KOR", "CHN", "COD"])
        {
            minerals.Select(m => Math.Round(Given.Score(economy, m).Deciding!.Score, 3)).Distinct().Count().ShouldBe(minerals.Length, economy);
        }
    }

    private static double At(PairScore score, Stage stage) => score.Stages.Single(s => s.Stage == stage).Score;
}
