using System.Text.Json;

namespace Chokepoint.MarketPrices.Tests.Imports;

/// <summary>Editions of the Pink Sheet that differ from one another.</summary>
public sealed class PinkSheetTests(PriceService prices) : PriceTests(prices)
{
    [Theory]
    [InlineData(4, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(1, false)]
    [InlineData(12, false)]
    public async Task The_header_is_found_by_what_it_holds_wherever_it_stands(int rowsAbove, bool hasCodes)
    {
        var file = new PinkSheetFile { RowsAbove = rowsAbove, HasCodes = hasCodes, Value = (month, column) => column == "Copper" ? 9000.5 + month : 50 }.Make();

        var job = await Prices.ImportAsync("format=world-bank-pink-sheet", file);

        job.GetProperty("rowsAccepted").GetInt64().ShouldBe(3 * PinkSheetFile.Minerals);
        (await Prices.QueryAsync<double>("SELECT value FROM observations JOIN series ON no = series_no WHERE mineral = 'copper' AND date = '2020-03-01'")).ShouldBe(9002.5);
        (await Prices.QueryAsync<string>("SELECT unit FROM series WHERE mineral = 'copper'")).ShouldBe("t");
        (await Prices.QueryAsync<string>("SELECT unit FROM series WHERE mineral = 'iron-ore'")).ShouldBe("dmtu");
        (await Prices.QueryAsync<string>("SELECT unit FROM series WHERE form = 'Gold'")).ShouldBe("ozt");
        (await Prices.QueryAsync<long>("SELECT count(*) FROM series WHERE form = 'Zinc'")).ShouldBe(1, "its footnote is no part of the name");
    }

    [Fact]
    public async Task What_is_no_figure_is_no_row_and_what_is_no_price_is_rejected_with_its_line()
    {
        var file = new PinkSheetFile
        {
            Value = (month, column) => (month, column) switch { (0, "Copper") => "…", (1, "Copper") => "n.m.", (2, "Copper") => -5, (0, "Tin") => 1e300, (1, "Tin") => "..", _ => 50 },
        }.Make();

        var job = await Prices.ImportAsync("format=world-bank-pink-sheet", file);

        (job.GetProperty("rowsAccepted").GetInt64(), job.GetProperty("rowsRejected").GetInt64()).ShouldBe((3 * PinkSheetFile.Minerals - 5, 3));
        var rejects = (await Prices.GetAsync($"imports/{job.GetProperty("id").GetString()}/rejects")).GetProperty("items").EnumerateArray()
            .Select(r => (r.GetProperty("line").GetInt64(), r.GetProperty("reason").GetString())).ToList();
        rejects.ShouldBe([
            (7, "Tin: value is absurd for a price."), (8, "Copper: 'n.m.' is not a number."), (9, "Copper: value must be above zero; what is not known is left out."),
        ]);
    }
}
