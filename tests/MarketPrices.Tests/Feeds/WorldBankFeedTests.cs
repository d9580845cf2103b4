using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;

namespace Chokepoint.MarketPrices.Tests.Feeds;

public sealed class WorldBankFeedTests(ServersFixture servers)
{
    private const string Page = "/en/research/commodity-markets";
    private const string First = "/en/doc/18675f1d1639c7a34d463f59263ba0a2-0050012025/related/CMO-Historical-Data-Monthly.xlsx";
    private const string Moved = "/en/doc/74e8be41ceb20fa0da750cda2f6b9e4e-0050012026/related/CMO-Historical-Data-Monthly.xlsx";

    [Fact]
    public async Task The_workbook_is_found_where_the_page_links_it_and_found_again_where_it_moves()
    {
        var (at, workbook) = (First, Workbook(3));
        await using var fed = await StartAsync(request =>
            request.Path == Page ? PageLinking(at) : request.Path == at ? workbook : new PlayedAnswer(Status: 404));
        await fed.HasPricesAsync(3 * PinkSheetFile.Minerals);

        (workbook, at) = (Workbook(4), Moved);
        await fed.HasPricesAsync(4 * PinkSheetFile.Minerals);

        await fed.FeedAsync(f => f.GetProperty("health").GetString() == "ok" && f.GetProperty("documents").GetInt64() == 2);
        (await fed.Service.QueryAsync<long>("SELECT count(*) FROM import_jobs WHERE format = 'world-bank-pink-sheet' AND state = 2")).ShouldBe(2);
        (await fed.Service.QueryAsync<DateOnly>("SELECT max(vintage) FROM observations")).ShouldBe(new DateOnly(2025, 12, 2));
    }

    [Fact]
    public async Task What_has_not_changed_is_asked_for_by_its_tag_and_imported_once()
    {
        await using var fed = await StartAsync(request => (request.Path == Page ? PageLinking(First) : Workbook()) with { ETag = $"\"{request.Path}\"" });
        await fed.HasPricesAsync(3 * PinkSheetFile.Minerals);

        await fed.AskedAgainAsync(6);

        fed.Source.Requests.TakeLast(4).Select(r => r.Headers.GetValueOrDefault("if-none-match")).ShouldBe([$"\"{Page}\"", $"\"{First}\"", $"\"{Page}\"", $"\"{First}\""], ignoreOrder: true);
        (await fed.ImportsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task The_same_file_from_a_source_without_tags_is_imported_once()
    {
        var workbook = Workbook();
        await using var fed = await StartAsync(request => request.Path == Page ? PageLinking(First) : workbook);
        await fed.HasPricesAsync(3 * PinkSheetFile.Minerals);

        await fed.AskedAgainAsync(6);

        (await fed.ImportsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_page_that_is_said_to_be_unchanged_is_read_again_when_its_workbook_is_gone()
    {
        var (at, months) = (First, 3);
        await using var fed = await StartAsync(request =>
            request.Path == Page ? PageLinking(at) with { ETag = "\"page\"" } : request.Path == at ? Workbook(months) : new PlayedAnswer(Status: 404));
        await fed.HasPricesAsync(3 * PinkSheetFile.Minerals);

        (months, at) = (5, Moved);

        await fed.HasPricesAsync(5 * PinkSheetFile.Minerals);
    }

    /// <summary>What the page or the workbook answers, the failure's name, and what the alert calls it.</summary>
    public static TheoryData<string, string, string> Misbehaviours { get; } = new()
    {
        { "a page without the link", "layout-changed", "changed" },
        { "a page that is JSON", "unexpected-content", "changed" },
        { "a link out of HTTP", "layout-changed", "changed" },
        { "no page", "refused", "changed" },
        { "HTML for the workbook", "unexpected-content", "changed" },
        { "half a workbook", "truncated", "failing" },
        { "half a workbook, well framed", "layout-changed", "changed" },
        { "another sheet", "layout-changed", "changed" },
        { "text for every figure", "layout-changed", "changed" },
        { "too much", "too-large", "changed" },
        { "an error", "server-error", "failing" },
        { "no connection", "unreachable", "failing" },
        { "slowness", "unreachable", "failing" },
    };

    [Theory, MemberData(nameof(Misbehaviours))]
    public async Task A_source_that_misbehaves_raises_an_alert_stores_nothing_and_is_well_again_when_it_is(string what, string failure, string health)
    {
        var good = false;
        await using var fed = await StartAsync(
            request => good ? request.Path == Page ? PageLinking(First) : Workbook() : Misbehaving(what, request), ("Feeds:WorldBank:Timeout", what == "slowness" ? "00:00:01" : "00:01:00"));

        await fed.FailsAsync(failure, health);
        (await fed.PricesAsync()).ShouldBe(0);
        (await fed.Service.Client.GetAsync("/ready")).IsSuccessStatusCode.ShouldBeTrue();

        good = true;
        await fed.HasPricesAsync(3 * PinkSheetFile.Minerals);
        await fed.HealsAsync();
    }

    [Fact]
    public async Task A_feed_that_brings_nothing_new_for_too_long_is_said_to_be_silent()
    {
        await using var fed = await StartAsync(request => request.Path == Page ? PageLinking(First) : Workbook(), ("Feeds:WorldBank:SilentAfter", "00:00:02"));
        await fed.HasPricesAsync(3 * PinkSheetFile.Minerals);

        var silent = await fed.FeedAsync(f => f.GetProperty("health").GetString() == "silent"
            && f.GetProperty("alerts").EnumerateArray().Any(a => a.GetProperty("reason").GetString() == "silent"));

        silent.GetProperty("lastError").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Feeds_are_off_unless_they_are_switched_on()
    {
        var service = new PriceService(servers);
        await service.InitializeAsync();
        try
        {
            var feeds = (await service.GetAsync("feeds")).GetProperty("items").EnumerateArray()
                .Select(f => (f.GetProperty("source").GetString(), f.GetProperty("health").GetString()));
            feeds.ShouldBe([("fred", "off"), ("world-bank", "off")]);
            using var poll = await service.Client.PostAsync("/api/prices/feeds/fred/poll", null);
            ((int)poll.StatusCode).ShouldBe(409);
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    private Task<FedPrices> StartAsync(Func<PlayedRequest, PlayedAnswer> answers, params (string, string)[] settings) =>
        FedPrices.StartAsync(servers, "world-bank", "Feeds:WorldBank", Page, answers, settings);

    /// <summary>As the page does, between other links; <c>&amp;amp;</c> is how HTML writes an ampersand.</summary>
    private static PlayedAnswer PageLinking(string address) => new(
        $"""
        <!DOCTYPE html><html><head><title>Commodity Markets</title></head><body>
        <a href="/en/doc/x/related/CMO-Historical-Data-Annual.xlsx">Annual prices</a>
        <a target="_blank" href="{address}?a=1&amp;b=2">Monthly prices</a></body></html>
        """, MediaType: "text/html");

    private static PlayedAnswer Workbook(int months = 3) => Binary(new PinkSheetFile { Months = months }.Make());

    private static PlayedAnswer Binary(byte[] body) => new(MediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") { Bytes = body };

    private static PlayedAnswer Misbehaving(string what, PlayedRequest request) => (what, request.Path == Page) switch
    {
        ("a page without the link", true) => PageLinking("/en/doc/new-name.xlsx"),
        ("a page that is JSON", true) => new PlayedAnswer("{}"),
        ("a link out of HTTP", true) => PageLinking("file:///etc/CMO-Historical-Data-Monthly.xlsx"),
        ("no page", true) => new PlayedAnswer(Status: 404),
        (_, true) => PageLinking(First),
        ("HTML for the workbook", _) => new PlayedAnswer("<!DOCTYPE html><html><body>Sorry</body></html>", MediaType: "text/html"),
        ("half a workbook", _) => Workbook() with { CutAfter = 500 },
        ("half a workbook, well framed", _) => Binary(new PinkSheetFile().Make()[..500]),
        ("another sheet", _) => Binary(new PinkSheetFile { Sheet = "Annual Prices" }.Make()),
        ("text for every figure", _) => Binary(new PinkSheetFile { Value = (_, _) => "see note" }.Make()),
        ("too much", _) => Workbook() with { Padding = 2_000_000 },
        ("an error", _) => new PlayedAnswer(Status: 500),
        ("no connection", _) => new PlayedAnswer(Status: 0),
        ("slowness", _) => Workbook() with { BeforeAnswer = token => Task.Delay(Timeout.Infinite, token) },
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, message: null),
    };
}
