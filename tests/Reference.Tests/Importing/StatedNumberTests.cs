using Chokepoint.Reference.Importing;

namespace Chokepoint.Reference.Tests.Importing;

public sealed class StatedNumberTests
{
    [Theory]
    [InlineData("88,000", 88000.0, null, null, null)]
    [InlineData("e5,000", 5000.0, null, null, null)]
    [InlineData("0.1", 0.1, null, null, null)]
    [InlineData("—", 0.0, null, null, null)]
    [InlineData(">95", 95.0, 95.0, 100.0, ">")]
    [InlineData("<1", 1.0, 0.0, 1.0, "<")]
    [InlineData("660–670", 665.0, 660.0, 670.0, null)]
    [InlineData("10,000 - 15,000", 12500.0, 10000.0, 15000.0, null)]
    [InlineData("Less than ½ unit.", 0.5, 0.0, 0.5, "<")]
    [InlineData("W", null, null, null, "W")]
    [InlineData("NA", null, null, null, "NA")]
    [InlineData("XX", null, null, null, "XX")]
    [InlineData("Included with ilmenite", null, null, null, "s")]
    [InlineData("E", 0.0, null, null, "E")]
    public void A_cell_keeps_its_censoring(string cell, double? value, double? low, double? high, string? censoring) =>
        StatedNumber.Parse(cell, most: 100).ShouldBe(new StatedNumber(value, low, high, censoring));

    [Theory]
    [InlineData("?10")]
    [InlineData("Large")]
    [InlineData("12,34")]
    [InlineData("1.2.3")]
    [InlineData("-5")]
    [InlineData("670–660")]
    [InlineData("")]
    public void What_is_no_number_is_not_made_one(string cell) => StatedNumber.Parse(cell).ShouldBeNull();

    [Fact]
    public void The_symbol_s_means_what_its_note_says()
    {
        StatedNumber.Parse("s", "Estimated. -- Less than ½unit.").ShouldBe(new StatedNumber(0.5, 0, 0.5, "<"));
        StatedNumber.Parse("s", "Included in “World total.”").ShouldBe(new StatedNumber(null, null, null, "s"));
    }

    [Fact]
    public void Without_an_upper_bound_more_than_is_open() => StatedNumber.Parse(">540")!.High.ShouldBeNull();
}
