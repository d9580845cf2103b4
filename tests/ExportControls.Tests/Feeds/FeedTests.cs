using System.Text.Json.Nodes;
using Chokepoint.Testing;
using Chokepoint.Testing.Files;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;

namespace Chokepoint.ExportControls.Tests.Feeds;

public class FeedTests(ServersFixture servers)
{
    [Fact]
    public async Task Each_document_of_the_Federal_Register_becomes_one_draft_however_often_it_is_seen()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(
            Samples.FederalDocument(), Samples.FederalDocument(number: "2026-10002", title: "Retirement Systems", text: "Payments to annuitants."))));

        var draft = (await fed.DraftsAsync(1)).Single();
        ((string?)draft["notice"]!["documentNumber"]).ShouldBe("2026-10001");
        ((string?)draft["passages"]!["/clauses/0/minerals/0"]![0]!["text"]).ShouldNotBeNull().ShouldContain("tungsten");
        draft["faults"]!.AsObject().ShouldBeEmpty();
        ((string?)(await fed.DraftsAsync(1, "?state=set-aside")).Single()["reason"]).ShouldNotBeNull().ShouldStartWith("It names no mineral");

        await FedControls.AskedAgainAsync(fed.Register, 3);
        (await fed.App.ItemsAsync("/drafts")).Count.ShouldBe(2);
        var asked = fed.Register.Requests[^1];
        asked.Query.ShouldContain("[gte]=2026-09-24", Case.Sensitive, "a week before the last day read");
    }

    [Fact]
    public async Task Global_Trade_Alert_is_asked_with_its_key_page_by_page()
    {
        await using var fed = await FedControls.StartAsync(
            servers, alert: request => new PlayedAnswer($"[{(request.Body.Contains("\"offset\":0") ? Samples.Intervention() + "," + Samples.Intervention(150003, "Japan: Subsidy", "Financial grant", source: null) : Samples.Intervention(150004, "Zambia: Export tax on copper", "Export tax", """["Zambia"]""", source: null))}]"),
            settings: ("Feeds:GlobalTradeAlert:PerPage", "2"));

        var drafts = await fed.DraftsAsync(2);
        drafts.Select(d => (string?)d["notice"]!["issuer"]).ShouldBe(["ZMB", "CHN"]);
        ((string?)drafts[0]["unread"]!["/documentNumber"]).ShouldNotBeNull().ShouldContain("150004");
        drafts[0]["faults"]!["/documentNumber"].ShouldNotBeNull();
        (await fed.DraftsAsync(1, "?state=set-aside&feed=global-trade-alert")).Single()["reason"]!.ToString().ShouldContain("Financial grant");
        fed.Alert.Requests[0].Headers["authorization"].ShouldBe("APIKey secret-of-the-tests");
        (await fed.App.Http.GetStringAsync("/api/controls/feeds")).ShouldNotContain("secret-of-the-tests");
    }

    [Fact]
    public async Task The_CSV_export_gives_the_same_drafts()
    {
        await using var fed = await FedControls.StartAsync(
            servers, alert: _ => new PlayedAnswer($"{Samples.CsvHeader}\n{Samples.CsvRow}\n", MediaType: "text/csv") { ETag = "\"1\"" },
            settings: ("Feeds:GlobalTradeAlert:Format", "csv"));

        var draft = (await fed.DraftsAsync(1)).Single();
        ((string?)draft["notice"]!["issuer"]).ShouldBe("IDN");
        ((string?)draft["notice"]!["clauses"]![0]!["measure"]).ShouldBe("prohibition");
        ((string?)draft["notice"]!["clauses"]![0]!["items"]![0]!["hsCodes"]![0]).ShouldBe("260400");
        await FedControls.AskedAgainAsync(fed.Alert);
        fed.Alert.Requests[^1].Headers["if-none-match"].ShouldBe("\"1\"");
    }

    /// <summary>Answers after which nothing of them may be stored, and the name of the failure.</summary>
    public static TheoryData<string, string, string> BadPages { get; } = new()
    {
        { "<!DOCTYPE html><html><body>Request Access</body></html>", "text/html", "unexpected-content" },
        { Samples.FederalPage(Samples.FederalDocument())[..200], "application/json", "malformed" },
        { """{"errors": {"conditions": "unknown"}}""", "application/json", "layout-changed" },
        { """{"count": 1, "documents": []}""", "application/json", "layout-changed" },
        { """{"count": 1, "results": [{"doc_no": "2026-10001"}]}""", "application/json", "layout-changed" },
        { """[]""", "application/json", "layout-changed" },
    };

    [Theory, MemberData(nameof(BadPages))]
    public async Task A_changed_or_broken_answer_raises_an_alert_and_stores_nothing(string body, string mediaType, string failure)
    {
        var good = false;
        await using var fed = await FedControls.StartAsync(
            servers, register: _ => good ? new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument())) : new PlayedAnswer(body, MediaType: mediaType));

        var state = await fed.FeedAsync("federal-register", f => (string?)f["lastError"]?["failure"] == failure && f["alerts"]!.AsArray().Count > 0);
        ((string?)state["health"]).ShouldBe("changed");
        await Eventually.IsTrueAsync(async () => JsonNode.Parse(await fed.App.Http.GetStringAsync("/ready"))!["checks"]!["feeds"]!["status"]!.ToString() == "degraded", FedControls.Patience);
        (await fed.App.ItemsAsync("/drafts")).ShouldBeEmpty();

        good = true;
        await fed.DraftsAsync(1);
        await fed.FeedAsync("federal-register", f => f["alerts"]![0]!["clearedAt"] is not null);
    }

    [Fact]
    public async Task Fifty_megabytes_are_refused_with_the_reason()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer("""{"count": 1, "results": [""") { Padding = 50 << 20, IsLengthDeclared = false });
        var state = await fed.FeedAsync("federal-register", f => (string?)f["lastError"]?["failure"] == "too-large");
        ((string?)state["lastError"]!["detail"]).ShouldNotBeNull().ShouldContain("1000000 bytes");
        (await fed.App.ItemsAsync("/drafts")).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_document_that_cannot_be_read_is_listed_with_the_reason_and_does_not_hold_up_the_rest()
    {
        var broken = """{"document_number": "2026-10009", "title": "Cut of", "publication_date": "10/01/2026"}""";
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(broken, Samples.FederalDocument(), """{"title": "no number"}""")));

        await fed.DraftsAsync(1);
        var unreadable = await fed.DraftsAsync(2, "?state=unreadable");
        unreadable.Select(d => (string?)d["reason"]).Order().ShouldBe(["Document 2026-10009 has no publication_date that is a day.", "It has no document_number."]);
        var whole = await fed.App.GetAsync($"/drafts/{unreadable[1]["id"]}");
        ((string?)whole["sources"]![0]!["content"]).ShouldNotBeNull().ShouldContain("10/01/2026");

        // Mended upstream, it is read after all.
        broken = broken.Replace("10/01/2026", "2026-10-01");
        await fed.DraftsAsync(1, "?state=unreadable");
    }

    [Fact]
    public async Task A_row_of_the_CSV_cut_short_in_the_middle_is_that_rows_fault_and_at_the_end_the_files()
    {
        var csv = $"{Samples.CsvHeader}\n150009,https://x,1\n{Samples.CsvRow}\n";
        await using var fed = await FedControls.StartAsync(
            servers, alert: _ => new PlayedAnswer(csv, MediaType: "text/csv"), settings: ("Feeds:GlobalTradeAlert:Format", "csv"));
        await fed.DraftsAsync(1);
        await fed.DraftsAsync(1, "?state=unreadable");

        csv = $"{Samples.CsvHeader}\n{Samples.CsvRow}\n{Samples.CsvRow.Replace("150002", "150010")[..60]}";
        await fed.FeedAsync("global-trade-alert", f => (string?)f["lastError"]?["failure"] == "malformed");
        csv = Samples.CsvHeader.Replace("Date Announced", "Announced on") + "\n" + Samples.CsvRow + "\n";
        var state = await fed.FeedAsync("global-trade-alert", f => (string?)f["lastError"]?["failure"] == "layout-changed");
        ((string?)state["lastError"]!["detail"]).ShouldNotBeNull().ShouldContain("Date Announced");
        (await fed.App.ItemsAsync("/drafts")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_stop_between_two_pages_loses_nothing_and_doubles_nothing()
    {
        var (held, second) = (new TaskCompletionSource(), 0);
        PlayedAnswer Page(PlayedRequest request) => request.Query.Contains("page=1&")
            ? new PlayedAnswer($$"""{"count": 2, "results": [{{Samples.FederalDocument()}}], "next_page_url": "https://www.federalregister.gov/x?page=2"}""") { ETag = "\"same\"" }
            : new PlayedAnswer($$"""{"count": 2, "results": [{{Samples.FederalDocument("2026-10002")}}]}""")
            {
                BeforeAnswer = token => Interlocked.Increment(ref second) > 1 ? Task.CompletedTask : held.Task.WaitAsync(token),
            };
        await using var fed = await FedControls.StartAsync(servers, register: Page);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref second) == 1, FedControls.Patience);
        (await fed.App.ItemsAsync("/drafts")).Count.ShouldBe(1);
        await fed.App.StopServicesAsync();

        await using var again = await fed.App.StartAnotherAsync();
        await Eventually.BecomesAsync(() => again.ItemsAsync("/drafts"), drafts => drafts.Count == 2, FedControls.Patience);
        await FedControls.AskedAgainAsync(fed.Register, 4);
        (await again.ItemsAsync("/drafts")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Of_two_replicas_one_polls_at_a_time()
    {
        var (inside, most) = (0, 0);
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument()))
        {
            BeforeAnswer = async _ =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
            },
        });
        await using var other = await fed.App.StartAnotherAsync();
        await FedControls.AskedAgainAsync(fed.Register, 10);
        most.ShouldBe(1);
        (await other.ItemsAsync("/drafts")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_recorded_answer_of_the_Federal_Register_is_taken_whole()
    {
        var body = await File.ReadAllTextAsync(SharedData.PathOf("data", "policy", "federal_register", "fr_api_documents_response_2021-10-14.json"));
        await using var fed = await FedControls.StartAsync(servers, register: request => new PlayedAnswer(
            request.Query.Contains("page=1&") ? body : """{"count": 873370, "results": []}"""));
        await Eventually.BecomesAsync(() => fed.App.ItemsAsync("/drafts"), drafts => drafts.Count == 20, FedControls.Patience);
        (await fed.App.ItemsAsync("/drafts?state=unreadable")).ShouldBeEmpty();
        var state = await fed.FeedAsync("federal-register", f => f["lastSuccessAt"] is not null);
        ((int)state["documents"]!).ShouldBe(20);
    }
}
