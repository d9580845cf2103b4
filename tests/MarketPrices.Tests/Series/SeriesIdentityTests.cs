using System.Globalization;
using System.Text.Json;

namespace Chokepoint.MarketPrices.Tests.Series;

/// <summary>What makes a series that one and no other, and what stands beside its own unit.</summary>
public sealed class SeriesIdentityTests(PriceService prices) : PriceTests(prices)
{
    private const string Gallium = """{"mineral": "gallium", "form": "metal", "unit": "kg", "currency": "USD", "source": "desk", "frequency": "monthly"}""";

    [Theory]
    [InlineData("gallium", "germanium")]
    [InlineData("metal", "oxide")]
    [InlineData("\"kg\"", "\"lb\"")]
    [InlineData("USD", "EUR")]
    [InlineData("desk", "exchange")]
    [InlineData("monthly", "annual")]
    public async Task A_price_that_differs_in_any_part_of_its_identity_is_another_series(string part, string other)
    {
        var first = await RecordAsync(Gallium, 100);

        (await RecordAsync(Gallium, 100)).ShouldBe(first);
        (await RecordAsync(Gallium.Replace(part, other, StringComparison.Ordinal), 100)).ShouldNotBe(first);
        (await Prices.QueryAsync<long>("SELECT count(*) FROM series")).ShouldBe(2);
    }

    /// <summary>The price of a kilogram at 1,000 for a unit, by the units' definitions.</summary>
    [Theory]
    [InlineData("kg", 1000.0)]
    [InlineData("g", 1_000_000.0)]
    [InlineData("t", 1.0)]
    [InlineData("mt", 1.0)]
    [InlineData("lb", 1000 / 0.45359237)]
    [InlineData("ozt", 1000 / 0.0311034768)]
    [InlineData("st", 1000 / 907.18474)]
    [InlineData("lt", 1000 / 1016.0469088)]
    [InlineData("dmtu", null)]
    [InlineData("index", null)]
    public async Task The_source_s_own_unit_is_kept_and_the_price_of_a_kilogram_stands_beside_it_where_there_is_one(string unit, double? perKilogram)
    {
        var id = await RecordAsync(Gallium.Replace("\"kg\"", $"\"{unit}\"", StringComparison.Ordinal), 1000);

        var series = (await Prices.GetAsync("series?mineral=gallium")).GetProperty("items")[0];
        series.GetProperty("unit").GetString().ShouldBe(unit);
        foreach (var price in (JsonElement[])[series.GetProperty("latest"), (await Prices.GetAsync($"series/{id}/observations")).GetProperty("items")[0]])
        {
            price.GetProperty("value").GetDouble().ShouldBe(1000);
            if (perKilogram is { } expected) price.GetProperty("perKilogram").GetDouble().ShouldBe(expected, expected * 1e-12);
            else price.GetProperty("perKilogram").ValueKind.ShouldBe(JsonValueKind.Null);
        }
    }

    private async Task<Guid> RecordAsync(string series, double value)
    {
        var (_, body) = await Prices.PostAsync("observations", string.Create(CultureInfo.InvariantCulture, $$"""{"series": {{series}}, "observations": [{"date": "2024-01-01", "value": {{value}}}]}"""));
        return body.GetProperty("seriesId").GetGuid();
    }
}
