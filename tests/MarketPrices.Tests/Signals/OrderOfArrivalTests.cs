using System.Globalization;
using System.Text.Json;

namespace Chokepoint.MarketPrices.Tests.Signals;

/// <summary>Late and revised prices give the signals that they would have given in order.</summary>
public sealed class OrderOfArrivalTests(PriceService prices) : PriceTests(prices)
{
    private const string Signal =
        "concat_ws(' ', p.as_of, p.price, p.month_return, p.year_return, p.volatility, p.robust_z, p.level, p.floor_breached)";

    private const string State =
        $"""
        SELECT concat_ws(' ', {Signal},
            -- What subscribers were told last, of level and floor, is how it stands.
            (SELECT event->>'level' FROM said WHERE event->>'source' = s.source ORDER BY (event->>'version')::bigint DESC LIMIT 1),
            (SELECT event->>'floorBreached' FROM said WHERE event->>'source' = s.source ORDER BY (event->>'version')::bigint DESC LIMIT 1))
        FROM price_signals p JOIN series s ON s.no = p.series_no WHERE s.source = 
        """;

    /// <summary>A month's price as one edition published it.</summary>
    private sealed record Published(int Month, DateOnly Vintage, double Value);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_order_the_editions_arrive_in_the_signal_ends_the_same(int seed)
    {
        var random = new Random(seed);
        var editions = Editions(random);
        (await Prices.Client.PutAsync("/api/prices/minerals/gallium/floor", new StringContent("""{"price": 95, "unit": "kg", "currency": "USD"}""", System.Text.Encoding.UTF8, "application/json")))
            .EnsureSuccessStatusCode();

        var inOrder = await EndAsync($"in order {seed}", editions);

        // What is known at the end, said at once: an order that all editions take wrongly in the same way is not right for that.
        var known = editions.SelectMany(e => e).GroupBy(p => p.Month).Select(g => g.MaxBy(p => p.Vintage)! with { Vintage = new DateOnly(2025, 1, 1) }).ToList();
        await EndAsync($"at once {seed}", [known]);
        (await SignalAsync($"in order {seed}")).ShouldBe(await SignalAsync($"at once {seed}"));

        for (var shuffle = 0; shuffle < 4; shuffle++)
        {
            var shuffled = editions.ToArray();
            random.Shuffle(shuffled);
            (await EndAsync($"shuffled {seed} {shuffle}", shuffled)).ShouldBe(inOrder, $"seed {seed}, order {string.Join(", ", shuffled.Select(e => e[0].Vintage))}");
        }
    }

    /// <summary>Ten editions: each some new months, with moves from calm to violent, and revisions of older ones.</summary>
    private static List<List<Published>> Editions(Random random)
    {
        var editions = new List<List<Published>>();
        var months = 0;
        var price = 100.0;
        for (var edition = 0; edition < 10; edition++)
        {
            var vintage = new DateOnly(2019, 1, 15).AddMonths(6 * edition);
            var published = new List<Published>();
            foreach (var old in Enumerable.Range(0, months).Where(_ => random.NextDouble() < 0.1))
                published.Add(new Published(old, vintage, Math.Round(100 * Math.Exp(0.2 * (random.NextDouble() - 0.5)), 3)));
            for (var i = 0; i < 6; i++)
            {
                price = Math.Clamp(price * Math.Exp((random.NextDouble() < 0.1 ? 0.5 : 0.03) * (random.NextDouble() - 0.5) * 2), 50, 200);
                published.Add(new Published(months++, vintage, Math.Round(price, 3)));
            }
            editions.Add(published);
        }
        return editions;
    }

    private Task<string> SignalAsync(string source) =>
        Prices.QueryAsync<string>($"SELECT {Signal} FROM price_signals p JOIN series s ON s.no = p.series_no WHERE s.source = '{source}'");

    private async Task<string> EndAsync(string source, IEnumerable<List<Published>> editions)
    {
        foreach (var edition in editions)
        {
            var rows = edition.Select(p => string.Create(CultureInfo.InvariantCulture,
                $$"""{"date":"{{new DateOnly(2014, 1, 1).AddMonths(p.Month):yyyy-MM-dd}}","value":{{p.Value}}}"""));
            var (_, body) = await Prices.RecordAsync(source, string.Join(",", rows), vintage: edition[0].Vintage.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            body.GetProperty("rejected").GetInt32().ShouldBe(0);
        }
        return await Prices.QueryAsync<string>(State + $"'{source}'");
    }
}
