namespace Chokepoint.Reference.Tests;

public sealed class EconomiesTests
{
    [Fact]
    public void The_union_has_twenty_seven_members() => Economies.MembersOf(Economies.EuropeanUnion).Count.ShouldBe(27);

    [Fact]
    public void Members_of_one_union_are_one_market()
    {
        Economies.AreSameMarket("DEU", "EU27").ShouldBeTrue();
        Economies.AreSameMarket("DEU", "FRA").ShouldBeTrue();
        Economies.AreSameMarket("DEU", "CHE").ShouldBeFalse();
    }

    [Theory]
    [InlineData("842", "USA")]
    [InlineData("699", "IND")]
    [InlineData("251", "FRA")]
    [InlineData("757", "CHE")]
    [InlineData("579", "NOR")]
    [InlineData("490", "TWN")]
    [InlineData("036", "AUS")]
    public void Comtrade_s_own_numbers_are_known(string number, string code) =>
        Economies.All.Where(e => e.ComtradeCode == number).Select(e => e.Code).ShouldBe([code]);

    [Fact]
    public void Every_economy_s_day_can_be_told()
    {
        var instant = new DateTimeOffset(2026, 11, 27, 16, 0, 0, TimeSpan.Zero);

        foreach (var economy in Economies.All) Should.NotThrow(() => Economies.DayOf(economy.Code, instant), economy.Code);
        Economies.DayOf("CHN", instant).ShouldBe(new DateOnly(2026, 11, 28));
        Economies.DayOf("USA", instant).ShouldBe(new DateOnly(2026, 11, 27));
    }
}
