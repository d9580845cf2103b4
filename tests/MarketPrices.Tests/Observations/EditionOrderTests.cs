using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Chokepoint.MarketPrices.Tests.Observations;

/// <summary>Editions of the same months that revise, repeat and take back one another's prices: what is known on a day depends on what they say alone.</summary>
public sealed class EditionOrderTests(PriceService prices) : PriceTests(prices)
{
    private const int Months = 15; // of two years, so that an edition repeats parts of what is stored together
    private static readonly double[] Values = [100, 110, 120];

    /// <summary>What one edition says of some months.</summary>
    private sealed record Edition(DateOnly Vintage, IReadOnlyDictionary<int, double> Said);

    [Fact]
    public async Task A_price_that_a_later_edition_said_again_stands_when_one_between_them_comes_last()
    {
        await Prices.RecordAsync("again", Row(0, 120), vintage: "2020-02-10");
        await Prices.RecordAsync("again", Row(0, 120), vintage: "2020-04-10");
        var (_, last) = await Prices.RecordAsync("again", Row(0, 110), vintage: "2020-03-10");
        var id = last.GetProperty("seriesId").GetGuid();

        (await AnswerAsync($"series/{id}/observations")).ShouldBe("2015-01-01 120 of 2020-04-10 True");
        (await AnswerAsync($"series/{id}/observations?knownOn=2020-03-20")).ShouldBe("2015-01-01 110 of 2020-03-10 False");
        (await Prices.QueryAsync<double>("SELECT price FROM price_signals JOIN series ON no = series_no WHERE source = 'again'")).ShouldBe(120);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_order_of_arrival_gives_the_answers_that_the_editions_themselves_give(int seed)
    {
        var random = new Random(seed);
        var editions = Enumerable.Range(0, 4).Select(i => Make(new DateOnly(2020, 2, 10).AddMonths(i), random)).ToList();
        string? signal = null;
        foreach (var order in Permutations(editions))
        {
            var source = $"{seed}: {string.Join(' ', order.Select(e => editions.IndexOf(e)))}";
            var id = Guid.Empty;
            foreach (var edition in order)
            {
                var (_, body) = await Prices.RecordAsync(
                    source, string.Join(",", edition.Said.Select(s => Row(s.Key, s.Value))), vintage: Text(edition.Vintage));
                id = body.GetProperty("seriesId").GetGuid();
            }
            (await AnswerAsync($"series/{id}/observations?limit=500")).ShouldBe(Known(editions, DateOnly.MaxValue), source);
            foreach (var edition in editions)
                (await AnswerAsync($"series/{id}/observations?limit=500&knownOn={Text(edition.Vintage)}")).ShouldBe(Known(editions, edition.Vintage), source);
            var ended = await Prices.QueryAsync<string>(
                $"SELECT concat_ws(' ', as_of, price, month_return, year_return, volatility, robust_z, level) FROM price_signals JOIN series ON no = series_no WHERE source = '{source}'");
            (signal ??= ended).ShouldBe(ended, source);
        }
    }

    [Fact]
    public async Task The_same_whole_edition_day_after_day_takes_no_row_more_than_its_first()
    {
        var whole = string.Join(",", Enumerable.Range(0, 12).Select(i => Row(i, 100 + i)));
        for (var day = 1; day <= 20; day++) await Prices.RecordAsync("daily", whole, vintage: Text(new DateOnly(2020, 3, day)));

        (await Prices.QueryAsync<long>("SELECT count(*) FROM observation_years JOIN series ON no = series_no WHERE source = 'daily'")).ShouldBe(1);
        (await Prices.QueryAsync<DateOnly>("SELECT max(vintage) FROM observations JOIN series ON no = series_no WHERE source = 'daily'")).ShouldBe(new DateOnly(2020, 3, 20));
    }

    /// <summary>By definition, without any of the service's ways: of each month, the newest edition until that day that says anything; as of the first that said so.</summary>
    private static string Known(IReadOnlyList<Edition> editions, DateOnly on)
    {
        var lines = new StringBuilder();
        for (var month = 0; month < Months; month++)
        {
            var said = editions.Where(e => e.Said.ContainsKey(month)).OrderBy(e => e.Vintage).Select(e => (e.Vintage, Value: e.Said[month])).ToList();
            var until = said.Where(s => s.Vintage <= on).ToList();
            if (until.Count == 0) continue;
            var since = until.Count - 1;
            while (since > 0 && until[since - 1].Value == until[since].Value) since--;
            var isCurrent = said.Skip(since).All(s => s.Value == until[since].Value);
            lines.AppendLine(CultureInfo.InvariantCulture, $"{Text(Day(month))} {until[since].Value} of {Text(until[since].Vintage)} {isCurrent}");
        }
        return lines.ToString().TrimEnd();
    }

    private async Task<string> AnswerAsync(string path)
    {
        var items = (await Prices.GetAsync(path)).GetProperty("items").EnumerateArray();
        return string.Join(Environment.NewLine, items.Select(o => string.Create(CultureInfo.InvariantCulture,
            $"{o.GetProperty("date").GetString()} {o.GetProperty("value").GetDouble()} of {o.GetProperty("vintage").GetString()} {o.GetProperty("isCurrent").GetBoolean()}")));
    }

    /// <summary>Whole, or of some months; of few values, so that editions often say the same.</summary>
    private static Edition Make(DateOnly vintage, Random random)
    {
        var isWhole = random.NextDouble() < 0.5;
        return new Edition(vintage, Enumerable.Range(0, Months).Where(_ => isWhole || random.NextDouble() < 0.6)
            .ToDictionary(month => month, _ => random.NextDouble() < 0.6 ? Values[0] : Values[random.Next(Values.Length)]));
    }

    private static IEnumerable<IReadOnlyList<T>> Permutations<T>(IReadOnlyList<T> items) => items.Count == 0
        ? [[]]
        : items.SelectMany((first, i) => Permutations([.. items.Where((_, j) => j != i)]).Select(rest => (IReadOnlyList<T>)[first, .. rest]));

    private static DateOnly Day(int month) => new DateOnly(2015, 1, 1).AddMonths(month);

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Row(int month, double value) => string.Create(CultureInfo.InvariantCulture, $$"""{"date":"{{Text(Day(month))}}","value":{{value}}}""");
}
