using System.Globalization;
using System.Net;
using System.Text;
using Chokepoint.Testing;
using Npgsql;

namespace Chokepoint.MarketPrices.Tests.Signals;

public sealed class SignalTests(PriceService prices) : PriceTests(prices)
{
    [Fact]
    public async Task A_shock_is_announced_once_and_its_end_once_and_late_prices_give_the_same_level()
    {
        await Prices.RecordAsync("shock", Rows(0, 40));
        (await News("shock")).ShouldBe(0); // a calm beginning is no news

        await Prices.RecordAsync("shock", Row(40, 200));
        (await News("shock")).ShouldBe(1);
        await Prices.RecordAsync("shock", Row(40, 201));
        (await News("shock")).ShouldBe(1);
        await Prices.RecordAsync("shock", Row(41, 202) + "," + Row(42, 201));
        (await News("shock")).ShouldBe(2);

        await Prices.RecordAsync("late", Row(40, 200));
        await Prices.RecordAsync("late", Rows(0, 40));
        (await Prices.QueryAsync<short>("SELECT level FROM price_signals JOIN series ON no = series_no WHERE source = 'late'")).ShouldBe((short)2);
    }

    [Fact]
    public async Task A_floor_is_broken_and_mended_in_the_floor_s_own_unit_and_read_back()
    {
        await Prices.RecordAsync("floor", Row(0, 300));
        (await PutFloorAsync("""{"price": 290000, "unit": "t", "currency": "USD"}""")).ShouldBe(HttpStatusCode.OK);
        (await News("floor")).ShouldBe(0);

        await Prices.RecordAsync("floor", Row(1, 280));
        (await News("floor")).ShouldBe(1);
        var signal = await Prices.GetAsync("minerals/gallium/signal");
        signal.GetProperty("floorBreached").GetBoolean().ShouldBeTrue();
        signal.GetProperty("floor").GetProperty("price").GetDouble().ShouldBe(290000);

        await Prices.RecordAsync("floor", Row(2, 295));
        (await News("floor")).ShouldBe(2);
        (await PutFloorAsync("""{"price": 310, "unit": "kg", "currency": "USD"}""")).ShouldBe(HttpStatusCode.OK);
        (await News("floor")).ShouldBe(3);
        (await PutFloorAsync("""{"price": 1, "unit": "kg", "currency": "USD"}""")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_floor_set_while_the_first_price_of_a_series_is_being_stored_is_held_against_it()
    {
        Task storing;
        Task<HttpStatusCode> setting;
        await using (var holding = await Prices.Database.OpenConnectionAsync())
        {
            await using var hold = new NpgsqlCommand("BEGIN; LOCK TABLE price_signals IN SHARE MODE", holding);
            await hold.ExecuteNonQueryAsync();
            storing = Prices.RecordAsync("first", Row(0, 280));
            await Eventually.IsTrueAsync(async () => await WaitingAsync() == 1);
            setting = PutFloorAsync("""{"price": 300, "unit": "kg", "currency": "USD"}""");
            await Eventually.IsTrueAsync(async () => setting.IsCompleted || await WaitingAsync() == 2);
        }
        await storing;
        (await setting).ShouldBe(HttpStatusCode.OK);

        (await IsBrokenAsync("first")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_floor_set_while_another_series_is_locked_is_held_against_one_that_begins_meanwhile()
    {
        await Prices.RecordAsync("old", Row(0, 320));
        Task<HttpStatusCode> setting;
        await using (var holding = await Prices.Database.OpenConnectionAsync())
        {
            await using var hold = new NpgsqlCommand("BEGIN; SELECT no FROM series FOR UPDATE", holding);
            await hold.ExecuteNonQueryAsync();
            setting = PutFloorAsync("""{"price": 300, "unit": "kg", "currency": "USD"}""");
            await Eventually.IsTrueAsync(async () => await WaitingAsync() == 1);
            (await Prices.RecordAsync("young", Row(0, 280))).Status.ShouldBe(HttpStatusCode.Accepted);
        }
        (await setting).ShouldBe(HttpStatusCode.OK);

        (await IsBrokenAsync("young")).ShouldBeTrue();
        (await News("young")).ShouldBe(1);
        (await IsBrokenAsync("old")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_price_that_swings_about_its_floor_announces_that_it_broke_it_once_and_its_mending_once()
    {
        (await PutFloorAsync("""{"price": 100, "unit": "kg", "currency": "USD"}""")).ShouldBe(HttpStatusCode.OK);
        double[] swings = [102, 99.9, 100.1, 99.9, 100.9, 100, 99.5];
        foreach (var (month, price) in swings.Index()) await Prices.RecordAsync("swinging", Row(month, price));
        (await News("swinging")).ShouldBe(1);
        (await IsBrokenAsync("swinging")).ShouldBeTrue();

        await Prices.RecordAsync("swinging", Row(7, 101));
        await Prices.RecordAsync("swinging", Row(8, 100));
        (await News("swinging")).ShouldBe(2);
        (await IsBrokenAsync("swinging")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"price": -1, "unit": "kg", "currency": "USD"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"price": 1, "unit": "barrel", "currency": "USD"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"price": 1, "unit": "kg", "currency": "$"}""", HttpStatusCode.UnprocessableEntity)]
    public async Task A_floor_that_means_nothing_is_refused(string body, HttpStatusCode status) => (await PutFloorAsync(body)).ShouldBe(status);

    [Fact]
    public async Task A_mineral_without_prices_has_no_signal()
    {
        (await Prices.Client.GetAsync("/api/prices/minerals/rhenium/signal")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Prices.Client.GetAsync("/api/prices/minerals/unobtainium/signal")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<HttpStatusCode> PutFloorAsync(string json)
    {
        using var response = await Prices.Client.PutAsync("/api/prices/minerals/gallium/floor", new StringContent(json, Encoding.UTF8, "application/json"));
        return response.StatusCode;
    }

    [Fact]
    public async Task Within_a_level_scores_alone_are_told_what_moves_them_and_that_a_month_has_passed()
    {
        await Prices.RecordAsync("calm", Rows(0, 40));
        (await Prices.AnnouncedAsync("calm", routine: true)).ShouldBe(1);
        await Prices.RecordAsync("calm", Row(40, 100));
        (await Prices.AnnouncedAsync("calm", routine: true)).ShouldBe(2, "another month");
        await Prices.RecordAsync("calm", Row(40, 100.001));
        (await Prices.AnnouncedAsync("calm", routine: true)).ShouldBe(2, "no month, and no step of what counts");
        await Prices.RecordAsync("calm", Row(40, 106));
        (await Prices.AnnouncedAsync("calm", routine: true)).ShouldBe(3, "a step of what counts, below the level that is news");
        (await News("calm")).ShouldBe(0);
    }

    private Task<bool> IsBrokenAsync(string source) =>
        Prices.QueryAsync<bool>($"SELECT floor_breached FROM price_signals JOIN series ON no = series_no WHERE source = '{source}'");

    private Task<long> WaitingAsync() => Prices.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");

    private Task<long> News(string source) => Prices.AnnouncedAsync(source, routine: false);

    private static string Rows(int from, int to) => string.Join(",", Enumerable.Range(from, to - from).Select(i => Row(i, 100 * Math.Exp(0.01 * Math.Sin(i)))));

    private static string Row(int month, double value) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"date":"{{new DateOnly(2015, 1, 1).AddMonths(month):yyyy-MM-dd}}","value":{{value}}}""");
}
