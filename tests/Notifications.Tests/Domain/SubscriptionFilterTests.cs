using Chokepoint.Contracts;
using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Notifications.Domain;

namespace Chokepoint.Notifications.Tests.Domain;

public sealed class SubscriptionFilterTests
{
    private static SubscriptionFilter Filter(
        string[]? types = null, string[]? economies = null, string[]? minerals = null, RiskLevel? level = null, double? change = null) =>
        new(types ?? [], economies ?? [], minerals ?? [], level, change);

    private static bool Matches(SubscriptionFilter filter, IPlatformEvent @event) => filter.Matches(EventFacets.Of(@event));

    [Fact]
    public void An_empty_filter_matches_every_type()
    {
        foreach (var @event in new IPlatformEvent[] { Some.Score(), Some.Control(), Some.Boundary(), Some.Price(), Some.Supply() })
            Matches(Filter(), @event).ShouldBeTrue(@event.GetType().Name);
    }

    [Fact]
    public void Event_types_narrow()
    {
        var filter = Filter(types: [CloudEventTypes.ControlStateChanged, CloudEventTypes.PriceSignalChanged]);
        Matches(filter, Some.Control()).ShouldBeTrue();
        Matches(filter, Some.Price()).ShouldBeTrue();
        Matches(filter, Some.Score()).ShouldBeFalse();
        Matches(filter, Some.Supply()).ShouldBeFalse();
        Matches(filter, Some.Boundary()).ShouldBeFalse(); // who names other types is not told of boundaries ahead
    }

    [Theory]
    [InlineData("USA", null, "", true)] // for all destinations
    [InlineData("USA", null, "USA", false)] // for all but this one
    [InlineData("DEU", null, "EU27", false)]
    [InlineData("USA", null, "JPN", true)]
    [InlineData("USA", "USA", "", true)]
    [InlineData("USA", "JPN KOR", "", false)]
    [InlineData("KOR", "JPN KOR", "", true)]
    [InlineData("DEU", "EU27", "", true)] // a member hears of its union
    [InlineData("EU27", "DEU", "", true)] // a union hears of its members
    [InlineData("FRA", "DEU", "", false)] // a member does not hear of another
    [InlineData("GBR", "EU27", "", false)]
    [InlineData("HUN", "EU27", "HUN", false)] // for the union but one of its members
    [InlineData("DEU", "EU27", "HUN", true)]
    [InlineData("EU27", "EU27", "HUN", true)]
    [InlineData("DEU", "USA DEU", "EU27", false)]
    [InlineData("CHN", "USA", "", false)] // the issuer is nobody's destination
    public void A_control_concerns_its_destinations(string economy, string? destinations, string excluded, bool matches) =>
        Matches(Filter(economies: [economy]), Some.Control(destinations?.Split(' '), excluded.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            .ShouldBe(matches);

    [Theory]
    [InlineData("USA", "USA", true)]
    [InlineData("USA", "JPN", false)]
    [InlineData("DEU", "EU27", true)]
    [InlineData("EU27", "DEU", true)]
    [InlineData("FRA", "DEU", false)]
    public void A_score_concerns_its_economy_and_a_profile_its_importer(string wanted, string economy, bool matches)
    {
        Matches(Filter(economies: [wanted]), Some.Score(economy)).ShouldBe(matches);
        Matches(Filter(economies: [wanted]), Some.Supply(economy)).ShouldBe(matches);
    }

    [Fact]
    public void A_price_is_the_worlds_and_concerns_every_economy() => Matches(Filter(economies: ["JPN"]), Some.Price()).ShouldBeTrue();

    [Theory]
    [InlineData("gallium", "gallium germanium", true)]
    [InlineData("cobalt", "gallium germanium", false)]
    [InlineData("rare-earths", "dysprosium", true)]
    [InlineData("rare-earths", "gallium", false)]
    public void Minerals_narrow_by_slug_or_group(string wanted, string named, bool matches) =>
        Matches(Filter(minerals: [wanted]), Some.Control(minerals: named.Split(' '))).ShouldBe(matches);

    [Fact]
    public void All_parts_of_a_filter_must_hold_and_any_item_of_a_list_may()
    {
        var filter = Filter(economies: ["JPN", "USA"], minerals: ["cobalt", "gallium"]);
        Matches(filter, Some.Score("USA", "gallium")).ShouldBeTrue();
        Matches(filter, Some.Score("USA", "nickel")).ShouldBeFalse();
        Matches(filter, Some.Score("KOR", "gallium")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(60.0, 60.9, null, false)] // the default is 1 point
    [InlineData(68.4, 69.4, null, true)] // exactly 1, which binary subtraction makes 1 and not quite
    [InlineData(69.4, 68.4, null, true)] // falls count alike
    [InlineData(60.0, 60.0, 0.0, true)] // 0 is every revision
    [InlineData(60.0, 60.1, 0.0, true)]
    [InlineData(60.0, 64.9, 5.0, false)]
    [InlineData(60.0, 65.0, 5.0, true)]
    [InlineData(null, 10.0, 50.0, true)] // a first revision has nothing to differ from
    public void A_score_must_have_moved_enough(double? previous, double current, double? minimum, bool matches) =>
        Matches(Filter(change: minimum), Some.Score(previous: previous, current: current)).ShouldBe(matches);

    [Theory]
    [InlineData(20, 40, RiskLevel.High, false)]
    [InlineData(40, 60, RiskLevel.High, true)]
    [InlineData(60, 40, RiskLevel.High, true)] // leaving the level is told too
    [InlineData(70, 80, RiskLevel.High, true)]
    [InlineData(60, 70, RiskLevel.Severe, false)]
    [InlineData(1, 3, RiskLevel.Low, true)]
    public void A_score_must_have_or_have_had_the_level(double previous, double current, RiskLevel level, bool matches) =>
        Matches(Filter(level: level), Some.Score(previous: previous, current: current)).ShouldBe(matches);

    [Fact]
    public void Level_and_change_narrow_scores_alone()
    {
        var filter = Filter(level: RiskLevel.Severe, change: 50);
        Matches(filter, Some.Control()).ShouldBeTrue();
        Matches(filter, Some.Price()).ShouldBeTrue();
        Matches(filter, Some.Supply()).ShouldBeTrue();
        Matches(filter, Some.Score()).ShouldBeFalse();
    }
}
