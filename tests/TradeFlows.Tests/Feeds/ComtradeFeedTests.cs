using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;

namespace Chokepoint.TradeFlows.Tests.Feeds;

public sealed class ComtradeFeedTests(ServersFixture servers) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>The last year that is over.</summary>
    private static readonly int LastYear = TimeProvider.System.GetUtcNow().Year - 1;

    private PlayedSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _source = await PlayedSource.StartAsync();
        _source.Otherwise = PlayedComtrade.Answer;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task Each_reporter_and_period_is_asked_once_by_the_key_and_the_answers_are_imported()
    {
        await using var trade = await StartAsync(("Feeds:Comtrade:Key", "secret-of-the-tests"));
        await HasFlowsAsync(trade, Flows(questions: 4));

        await Eventually.BecomesAsync(() => trade.GetAsync("feeds/comtrade"), f => f.GetProperty("health").GetString() == "ok", Patience);
        _source.Requests.Select(r => (r.Path, PlayedComtrade.Asked(r)["reporterCode"], PlayedComtrade.Asked(r)["period"])).ShouldBe([
            ("/data/v1/get/C/A/HS", "842", $"{LastYear}"), ("/data/v1/get/C/A/HS", "97", $"{LastYear}"), ("/data/v1/get/C/A/HS", "842", $"{LastYear - 1}"), ("/data/v1/get/C/A/HS", "97", $"{LastYear - 1}"),
        ]);
        _source.Requests.ShouldAllBe(r => r.Headers["ocp-apim-subscription-key"] == "secret-of-the-tests" && PlayedComtrade.Asked(r)["cmdCode"] == "250410,811020,811292");
        (await trade.Client.GetStringAsync("/api/trade/feeds")).ShouldNotContain("secret-of-the-tests");
        (await trade.QueryAsync<long>("SELECT count(*) FROM supply_profiles WHERE importer = 'USA' AND mineral = 'antimony'")).ShouldBe(2);
    }

    [Fact]
    public async Task An_answer_cut_off_at_the_cap_is_not_taken_but_asked_in_parts_until_each_fits()
    {
        // A code in one direction has three rows: four rows hold one, and never two.
        await using var trade = await StartAsync(("Feeds:Comtrade:Since", $"{LastYear}"), ("Feeds:Comtrade:Reporters", "USA"), ("Feeds:Comtrade:RecordsPerCall", "4"));

        await HasFlowsAsync(trade, Flows(questions: 1));

        (await trade.QueryAsync<long>("SELECT count(*) FROM import_jobs")).ShouldBe(6, "three codes in two directions");
        _source.Requests.ShouldAllBe(r => r.Path == "/public/v1/preview/C/A/HS");
        (await trade.QueryAsync<double>("SELECT sum(net_kg) FROM flows WHERE partner <> 0")).ShouldBe(6 * 20);
    }

    [Fact]
    public async Task What_cannot_be_divided_any_more_raises_an_alert_and_is_not_taken()
    {
        await using var trade = await StartAsync(("Feeds:Comtrade:Since", $"{LastYear}"), ("Feeds:Comtrade:Reporters", "USA"), ("Feeds:Comtrade:RecordsPerCall", "3"));

        await FailsAsync(trade, "layout-changed");

        (await trade.QueryAsync<long>("SELECT count(*) FROM flows")).ShouldBe(0);
    }

    [Fact]
    public async Task Killed_midway_it_goes_on_where_it_stood_and_nothing_is_doubled_or_asked_again()
    {
        var (database, broker) = (await servers.CreateDatabaseAsync(), await servers.CreateBrokerAsync());
        await using var rows = Npgsql.NpgsqlDataSource.Create(database);
        var (asked, dead) = (0, new TaskCompletionSource());
        _source.Otherwise = request => PlayedComtrade.Answer(request) with
        {
            BeforeAnswer = token => Interlocked.Increment(ref asked) == 3 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask,
        };
        await using (var first = await KillableService.StartAsync("TradeFlows", "tradedb", database, broker, Settings()))
        {
            await Eventually.IsTrueAsync(() => Volatile.Read(ref asked) == 3, Patience);
            await first.KillAsync();
        }
        await using var second = await KillableService.StartAsync("TradeFlows", "tradedb", database, broker, [.. Settings(), ("Polling:Lease", "00:00:03")]);

        await Eventually.BecomesAsync(() => CountAsync(rows, "flows"), count => count == Flows(questions: 4), Patience);

        _source.Requests.Count.ShouldBe(5, "the one that was under way is asked again, and no other");
        (await CountAsync(rows, "import_jobs")).ShouldBe(4);
        (await CountAsync(rows, "import_jobs WHERE rows_new = 18")).ShouldBe(4);
        using var cursor = JsonDocument.Parse(await ScalarAsync<string>(rows, "SELECT cursor FROM polling.sources"));
        cursor.RootElement.GetProperty("calls").GetInt32().ShouldBe(5, "the call that the dead process made is spent");
    }

    [Fact]
    public async Task No_more_calls_are_made_than_the_quota_has()
    {
        await using var trade = await StartAsync(("Feeds:Comtrade:Calls", "3"));
        await HasFlowsAsync(trade, Flows(questions: 3));

        var turns = await trade.QueryAsync<long>("SELECT lease_number FROM polling.sources");
        await Eventually.IsTrueAsync(async () => await trade.QueryAsync<long>("SELECT lease_number FROM polling.sources") > turns + 3, Patience);

        _source.Requests.Count.ShouldBe(3);
        (await trade.GetAsync("feeds/comtrade")).GetProperty("health").GetString().ShouldBe("ok");
    }

    [Theory]
    [InlineData(429)]
    [InlineData(403)] // how an API gateway says that a quota is spent
    public async Task A_refusal_that_names_a_time_is_waited_out_and_the_question_asked_again(int status)
    {
        _source.AnswerNext(new PlayedAnswer("""{"statusCode":429,"message":"Rate limit is exceeded."}""", Status: status) { RetryAfter = "3" });
        await using var trade = await StartAsync();

        await HasFlowsAsync(trade, Flows(questions: 4));

        (_source.Requests[1].At - _source.Requests[0].At).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(3));
        _source.Requests[1].Query.ShouldBe(_source.Requests[0].Query);
        _source.Requests.Count.ShouldBe(5);
        (await trade.GetAsync("feeds/comtrade")).GetProperty("lastError").GetProperty("failure").GetString().ShouldBe("rate-limited");
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html><body>Sign in</body></html>", "text/html", 200, "unexpected-content")]
    [InlineData("""{"elapsedTime":"0.1","count":1,"data":[{"typeCode":"C","peri""", "application/json", 200, "malformed")]
    [InlineData("""{"count":0,"data":[],"error":"You have exceeded your quota."}""", "application/json", 200, "layout-changed")]
    [InlineData("""{"count":0,"rows":[]}""", "application/json", 200, "layout-changed")]
    [InlineData("""{"count":1,"data":[{"code":"250410","kg":3}],"error":""}""", "application/json", 200, "layout-changed")]
    [InlineData("""{"statusCode":401,"message":"Access denied due to invalid subscription key."}""", "application/json", 401, "refused")]
    public async Task An_answer_that_is_none_raises_an_alert_and_stores_nothing_until_the_source_is_well(string body, string mediaType, int status, string failure)
    {
        var good = false;
        _source.Otherwise = request => good ? PlayedComtrade.Answer(request) : new PlayedAnswer(body, status, mediaType);
        await using var trade = await StartAsync();

        await FailsAsync(trade, failure);
        (await trade.QueryAsync<long>("SELECT count(*) FROM flows")).ShouldBe(0);

        good = true;
        await HasFlowsAsync(trade, Flows(questions: 4));
        await Eventually.BecomesAsync(() => trade.GetAsync("feeds/comtrade"), f => f.GetProperty("health").GetString() == "ok"
            && f.GetProperty("alerts").EnumerateArray().All(a => a.GetProperty("clearedAt").ValueKind is not JsonValueKind.Null), Patience);
    }

    [Fact]
    public async Task A_question_that_is_refused_stops_no_other_and_is_asked_again_until_it_is_answered()
    {
        var refuses = true;
        _source.Otherwise = request => refuses && PlayedComtrade.Asked(request) is var asked && (asked["reporterCode"], asked["period"]) == ("842", $"{LastYear}")
            ? new PlayedAnswer("""{"statusCode":400,"message":"Invalid period."}""", 400)
            : PlayedComtrade.Answer(request);
        await using var trade = await StartAsync();

        await HasFlowsAsync(trade, Flows(questions: 3));
        await FailsAsync(trade, "refused");

        refuses = false;
        await HasFlowsAsync(trade, Flows(questions: 4));
        await Eventually.BecomesAsync(() => trade.GetAsync("feeds/comtrade"), f => f.GetProperty("health").GetString() == "ok", Patience);
        (await trade.QueryAsync<long>("SELECT count(*) FROM import_jobs WHERE options::jsonb->>'codes' = '250410,811020,811292'")).ShouldBe(4, "what each was asked for");
    }

    [Fact]
    public async Task No_data_is_an_answer_and_the_next_question_is_asked()
    {
        _source.AnswerNext(new PlayedAnswer("""{"elapsedTime":"0.1","count":0,"data":[],"error":""}"""));
        await using var trade = await StartAsync();

        await HasFlowsAsync(trade, Flows(questions: 3));

        _source.Requests.Count.ShouldBe(4);
        (await trade.QueryAsync<long>("SELECT count(*) FROM import_jobs")).ShouldBe(3);
    }

    /// <summary>Three codes, in two directions.</summary>
    private static long Flows(int questions) => questions * 3 * 2 * PlayedComtrade.RowsPerCode;

    private static Task<long> HasFlowsAsync(TradeService trade, long count) =>
        Eventually.BecomesAsync(() => trade.QueryAsync<long>("SELECT count(*) FROM flows"), flows => flows == count, Patience);

    private static Task<JsonElement> FailsAsync(TradeService trade, string failure) => Eventually.BecomesAsync(
        () => trade.GetAsync("feeds/comtrade"),
        f => f.GetProperty("lastError") is { ValueKind: JsonValueKind.Object } error && error.GetProperty("failure").GetString() == failure
            && f.GetProperty("alerts").EnumerateArray().Any(a => a.GetProperty("reason").GetString() == "changed"), Patience);

    private static Task<long> CountAsync(Npgsql.NpgsqlDataSource rows, string from) => ScalarAsync<long>(rows, $"SELECT count(*) FROM {from}");

    private static async Task<T> ScalarAsync<T>(Npgsql.NpgsqlDataSource rows, string sql)
    {
        await using var command = rows.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private (string, string)[] Settings(params (string, string)[] more) =>
    [
        ("Feeds:Comtrade:Enabled", "true"), ("Feeds:Comtrade:Address", _source.Url.ToString()), ("Feeds:Comtrade:Interval", "00:00:00.2"), ("Feeds:Comtrade:BackOff", "00:00:00.2"),
        ("Feeds:Comtrade:MaxBackOff", "00:00:00.5"), ("Feeds:Comtrade:Gap", "00:00:00"), ("Feeds:Comtrade:Reporters", "USA,EU27"), ("Feeds:Comtrade:Codes", "811292,250410,811020"),
        ("Feeds:Comtrade:Since", $"{LastYear - 1}"), ("Feeds:Comtrade:Monthly", "false"), ("Feeds:Comtrade:MaxBytes", "1000000"), ("Polling:Pause", "00:00:00.05"), .. more,
    ];

    private async Task<TradeService> StartAsync(params (string, string)[] settings)
    {
        var trade = new TradeService(servers) { Settings = Settings(settings) };
        await trade.InitializeAsync();
        return trade;
    }
}
