using Chokepoint.Contracts;

namespace Chokepoint.Reference.Tests;

/// <summary>What the shipped figures cover, and by name what they do not: no tier-A source states its producers.</summary>
public sealed class CoverageTests
{
    private static readonly string[] UsWithoutProducers = ["caesium", "rubidium", "uranium"];
    private static readonly string[] EuWithoutProducers = ["aggregates", "xenon"];

    [Fact]
    public void Every_mineral_of_the_United_States_list_has_producers() =>
        Minerals.All.Where(m => m.OnUsList && !HasProducers(m.Slug)).Select(m => m.Slug).ShouldBe(UsWithoutProducers);

    [Fact]
    public void Every_mineral_of_the_EU_assessment_has_producers() =>
        Minerals.All.Where(m => m.InEuAssessment && !HasProducers(m.Slug)).Select(m => m.Slug).ShouldBe(EuWithoutProducers);

    [Fact]
    public void The_list_of_2025_has_sixty() => Minerals.All.Count(m => m.OnUsList).ShouldBe(60);

    [Fact]
    public void Sectors_and_claims_name_known_minerals()
    {
        Sectors.Names.ShouldBe(["defence", "electric-vehicles", "semiconductors", "solar", "wind"]);
        Sectors.All.Select(u => u.Mineral).Concat(Claims.All.Select(c => c.Mineral).OfType<string>()).Where(m => !Minerals.TryResolve(m, out _)).ShouldBeEmpty();
        Claims.All.Select(c => c.Economy).OfType<string>().Where(e => !Economies.TryGet(e, out _)).ShouldBeEmpty();
    }

    [Fact]
    public void Claims_that_disagree_stay_side_by_side()
    {
        var impact = Claims.Of("gallium").Where(c => c.Topic == "impact" && c.Unit == "USD billion").ToList();

        impact.Select(c => c.High).ShouldBe([602, 3.1]);
        impact.Select(c => c.Source).Distinct(StringComparer.Ordinal).Count().ShouldBe(2);
    }

    [Fact]
    public void A_claim_that_says_below_has_no_least() => Claims.All.Where(c => c.Topic == "recovery").ShouldAllBe(c => c.Low == null && c.High > 0);

    private static bool HasProducers(string mineral) => Enum.GetValues<Stage>().Any(s => Figures.Shipped.Producers(mineral, s) is not null);
}
