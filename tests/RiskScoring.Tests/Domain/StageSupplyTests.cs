using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Tests.Domain;

/// <summary>What is not known widens an interval by just as much as it could matter; worked by hand on two suppliers and a rest.</summary>
public sealed class StageSupplyTests
{
    private static readonly LiveMethod Method = LiveMethod.Live1;

    private static readonly Supplier China = new("CHN", null, new Bounds(.5, .4, .6), new Bounds(.3, .2, .4), new Bounds(6, 5, 7), 1);
    private static readonly Supplier Germany = new("DEU", "EU27", new Bounds(.2, .1, .3), new Bounds(.1, .1, .2), new Bounds(2, 1, 3), .8);

    private static StageSupply Supply(SupplyBasis basis) => new(
        new StageInputs("USA", "gallium", Stage.Processing, basis, [China, Germany], .3, .1, new Bounds(.8, .6, 1), Bounds.Exactly(.25), Bounds.Exactly(.9)), Method);

    [Fact]
    public void Concentration_is_of_world_output_and_where_it_is_known_of_the_importer_s_sourcing()
    {
        var supply = Supply(SupplyBasis.Sourced);
        ShouldBe(supply.HhiGlobal, .25 * 6 + .04 * 2 * .8, .16 * 5 + .01 * 1 * .8, .36 * 7 + .09 * 3 * .8 + .09 * 10);
        ShouldBe(supply.HhiSourcing!.Value, .09 * 6 + .01 * 2 * .8, .04 * 5 + .01 * 1 * .8, .16 * 7 + .04 * 3 * .8 + .01 * 10);
        Supply(SupplyBasis.Global).HhiSourcing.ShouldBeNull();
    }

    [Fact]
    public void A_supplier_s_part_lies_between_world_output_alone_and_own_sourcing_alone()
    {
        ShouldBe(Supply(SupplyBasis.Sourced).BlendedBounds(0), .4 * .5 + .6 * .3, .2, .6);
        ShouldBe(Supply(SupplyBasis.Global).BlendedBounds(0), .8 * .5, .6 * .4, .6);
        ShouldBe(Supply(SupplyBasis.Global).BlendedBounds(1), .8 * .2, .6 * .1, .3);
    }

    [Fact]
    public void Controls_weigh_each_supplier_s_part_and_at_most_all_that_nobody_is_named_for()
    {
        double[] severities = [.9, .5];
        const double hidden = .25;
        ShouldBe(
            Supply(SupplyBasis.Sourced).Controlled(severities, hidden),
            (.4 * .5 + .6 * .3) * .9 + (.4 * .2 + .6 * .1) * .5,
            Math.Min((.4 * .9 + .1 * .5) * .6, .2 * .9 + .1 * .5),
            Math.Max((.6 * .9 + .3 * .5 + hidden * .3) * 1, .4 * .9 + .2 * .5 + hidden * .1));
        ShouldBe(
            Supply(SupplyBasis.Global).Controlled(severities, hidden),
            .8 * (.5 * .9 + .2 * .5), .6 * (.4 * .9 + .1 * .5), .6 * .9 + .3 * .5 + hidden * .3);
        // An importer that buys elsewhere than the world produces: its own sourcing is the upper end then.
        var own = new StageSupply(
            new StageInputs("USA", "gallium", Stage.Processing, SupplyBasis.Sourced, [China with { Sourcing = new Bounds(.8, .7, .9) }], .5, .1, new Bounds(.5, .2, .6), Bounds.Exactly(0), Bounds.Exactly(1)),
            Method);
        ShouldBe(own.Controlled([.9], hidden), (.25 * .5 + .75 * .8) * .9, .4 * .9 * .2, .9 * .9 + hidden * .1);
    }

    [Fact]
    public void No_more_than_all_of_it_is_controlled() =>
        Given.Supply("USA", SupplyBasis.Global, 1, ("CHN", .7, 0, 5), ("RUS", .7, 0, 5)).Controlled([1, 1], 0).ShouldBe(Bounds.Exactly(1));

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(.1, 0, true)]
    [InlineData(0, .1, true)]
    public void There_is_a_rest_where_some_supply_is_nobody_s_by_name(double world, double sourcing, bool rest) =>
        new StageSupply(Supply(SupplyBasis.Sourced).Inputs with { WorldResidual = world, SourcingResidual = sourcing }, Method).HasResidual.ShouldBe(rest);

    [Fact]
    public void After_cuts_shares_are_of_what_is_left()
    {
        var after = Supply(SupplyBasis.Sourced).After([(0, .5), (1, 1)], Method);
        const double world = 1 - .25 - .2, own = 1 - .15 - .1;
        after.HhiGlobal.Value.ShouldBe(Math.Pow(.25 / world, 2) * 6, 1e-9);
        after.HhiSourcing!.Value.Value.ShouldBe(Math.Pow(.15 / own, 2) * 6, 1e-9);
        after.HhiGlobal.High.ShouldBe(Math.Pow(.3 / world, 2) * 7 + Math.Pow(.3 / world, 2) * 10, 1e-9);
        after.Blended(0).ShouldBe(.4 * .5 + .6 * .3, 1e-12, "what falls short is of the supply that was");
    }

    [Fact]
    public void With_nothing_left_concentration_is_the_worst_there_is()
    {
        var after = Given.Supply("USA", SupplyBasis.Global, 1, ("CHN", 1, 0, 5)).After([(0, 1)], Method);
        after.HhiGlobal.ShouldBe(Bounds.Exactly(10));
        after.HhiSourcing.ShouldBeNull();
        Supply(SupplyBasis.Global).After([(0, 1)], Method).HhiSourcing.ShouldBeNull();
    }

    [Fact]
    public void Risk_at_both_ends_of_import_reliance_whichever_leg_is_the_worse()
    {
        var reliance = new Bounds(.4, .2, .6);
        var filter = (Recycling: Bounds.Exactly(.5), Substitution: Bounds.Exactly(.8));
        ShouldBe(SupplyRisk.Of(Bounds.Exactly(2), Bounds.Exactly(8), reliance, filter.Recycling, filter.Substitution), 6.8 * .4, 6.2 * .4, 7.4 * .4);
        ShouldBe(SupplyRisk.Of(Bounds.Exactly(8), Bounds.Exactly(2), reliance, filter.Recycling, filter.Substitution), 3.2 * .4, 2.6 * .4, 3.8 * .4);
    }

    private static void ShouldBe(Bounds actual, double value, double low, double high)
    {
        actual.Value.ShouldBe(value, 1e-9);
        actual.Low.ShouldBe(low, 1e-9);
        actual.High.ShouldBe(high, 1e-9);
    }
}
