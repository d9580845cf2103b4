using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Chokepoint.ExportControls.Tests.Feeds;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;

namespace Chokepoint.ExportControls.Tests.Drafts;

public class DraftTests(ServersFixture servers)
{
    [Fact]
    public async Task A_confirmed_draft_is_a_notice_as_if_it_had_been_posted_and_only_once()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument())));
        await using var tap = await fed.App.TapAsync();
        var draft = (await fed.DraftsAsync(1)).Single();

        var (status, notice, _) = await fed.SendAsync(HttpMethod.Post, $"/drafts/{draft["id"]}/confirm");
        status.ShouldBe(HttpStatusCode.Created, notice.ToString());
        ((string?)notice["documentNumber"]).ShouldBe("2026-10001");
        notice["impact"]!["clauses"]!.AsArray().Count.ShouldBe(1);
        ((string?)notice["confidence"]).ShouldBe("confirmed");
        (await tap.TakeAsync(1)).Single().Minerals.ShouldBe(["tungsten"]);

        var (again, same, _) = await fed.SendAsync(HttpMethod.Post, $"/drafts/{draft["id"]}/confirm");
        (again, (string?)same["id"]).ShouldBe((HttpStatusCode.OK, (string?)notice["id"]));
        (await fed.App.NoticesAsync()).ShouldBe(1);
        var confirmed = await fed.App.GetAsync($"/drafts/{draft["id"]}");
        ((string?)confirmed["state"], (string?)confirmed["noticeId"]).ShouldBe(("confirmed", (string?)notice["id"]));

        await FedControls.AskedAgainAsync(fed.Register, 3);
        (await fed.App.ItemsAsync("/drafts")).Count.ShouldBe(1);
        await tap.IsSilentAsync(fed.App);
    }

    [Fact]
    public async Task A_draft_with_gaps_is_refused_as_its_notice_would_be_until_they_are_filled()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument(effectiveOn: null))));
        var path = $"/drafts/{(await fed.DraftsAsync(1)).Single()["id"]}";

        var (refused, problem, _) = await fed.SendAsync(HttpMethod.Post, path + "/confirm");
        refused.ShouldBe(HttpStatusCode.UnprocessableEntity);
        problem["errors"]!["/clauses/0/effectiveFrom"].ShouldNotBeNull();
        (await fed.App.NoticesAsync()).ShouldBe(0);

        var (_, read, etag) = await fed.SendAsync(HttpMethod.Get, path);
        var clauses = read["notice"]!["clauses"]!.DeepClone();
        clauses[0]!["effectiveFrom"] = "2026-10-20";
        var patch = new JsonObject { ["clauses"] = clauses, ["notes"] = "The day is from the text." }.ToJsonString();
        (await fed.SendAsync(HttpMethod.Patch, path, patch)).Status.ShouldBe(HttpStatusCode.PreconditionRequired);
        (await fed.SendAsync(HttpMethod.Patch, path, patch, "\"999\"")).Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        var (edited, draft, now) = await fed.SendAsync(HttpMethod.Patch, path, patch, etag);
        edited.ShouldBe(HttpStatusCode.OK, draft.ToString());
        draft["edited"]!.AsArray().Select(e => (string?)e).ShouldBe(["/clauses/0/effectiveFrom", "/notes"], ignoreOrder: true);
        draft["faults"]!.AsObject().ShouldBeEmpty();
        now.ShouldNotBe(etag);

        (await fed.SendAsync(HttpMethod.Post, path + "/confirm", etag: etag)).Status.ShouldBe(HttpStatusCode.PreconditionFailed, "it was edited since");
        (await fed.SendAsync(HttpMethod.Post, path + "/confirm", etag: now)).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("""{"clauses": "none"}""", HttpStatusCode.UnprocessableEntity, "/clauses")]
    [InlineData("""{"isuer": "CHN"}""", HttpStatusCode.UnprocessableEntity, "/isuer")]
    [InlineData("""{"clauses": [{"quota": {"volume": 1e400}}]}""", HttpStatusCode.UnprocessableEntity, "/clauses/0/quota/volume")]
    [InlineData("""{"announcedOn": "soon"}""", HttpStatusCode.UnprocessableEntity, "/announcedOn")]
    [InlineData("[]", HttpStatusCode.BadRequest, null)]
    [InlineData("{", HttpStatusCode.BadRequest, null)]
    public async Task An_edit_that_makes_no_notice_of_it_is_refused_by_its_field(string patch, HttpStatusCode status, string? field)
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument())));
        var path = $"/drafts/{(await fed.DraftsAsync(1)).Single()["id"]}";
        var (answered, problem, _) = await fed.SendAsync(HttpMethod.Patch, path, patch, "*");
        answered.ShouldBe(status, problem.ToString());
        if (field is not null) problem["errors"]![field].ShouldNotBeNull(problem.ToString());
    }

    [Fact]
    public async Task A_number_or_an_issuer_that_no_notice_can_have_is_refused_at_the_edit()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument())));
        var path = $"/drafts/{(await fed.DraftsAsync(1)).Single()["id"]}";
        var noise = new byte[3000]; // which no index can pack
        new Random(1).NextBytes(noise);

        foreach (var field in (string[])["issuer", "documentNumber"])
        {
            var (status, problem, _) = await fed.SendAsync(HttpMethod.Patch, path, $$"""{"{{field}}": "{{Convert.ToHexString(noise)}}"}""", "*");
            status.ShouldBe(HttpStatusCode.UnprocessableEntity, problem.ToString());
            problem["errors"]!["/" + field].ShouldNotBeNull(problem.ToString());
        }
    }

    [Fact]
    public async Task A_NUL_in_an_edit_is_left_out_and_letters_that_spell_one_are_kept()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument())));
        var path = $"/drafts/{(await fed.DraftsAsync(1)).Single()["id"]}";

        var (status, draft, _) = await fed.SendAsync(HttpMethod.Patch, path, """{"title": "a\u0000b\\u0000c\\\u0000\u0000d"}""", "*");

        status.ShouldBe(HttpStatusCode.OK, draft.ToString());
        ((string?)draft["notice"]!["title"]).ShouldBe("""ab\u0000c\d""");
    }

    [Fact]
    public async Task Another_edit_under_the_Idempotency_Key_of_an_edit_is_refused()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument())));
        var path = $"/api/controls/drafts/{(await fed.DraftsAsync(1)).Single()["id"]}";

        (await EditAsync("first")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await EditAsync("first")).Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
        var other = await EditAsync("other");
        other.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        ((string?)JsonNode.Parse(await other.Content.ReadAsStringAsync())!["type"]).ShouldBe("/problems/idempotency-key-reused");

        async Task<HttpResponseMessage> EditAsync(string notes)
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, path)
            {
                Content = new StringContent($$"""{"notes": "{{notes}}"}""", Encoding.UTF8, "application/merge-patch+json"),
            };
            request.Headers.TryAddWithoutValidation("If-Match", "*");
            request.Headers.Add("Idempotency-Key", "one-edit");
            return await fed.App.Http.SendAsync(request);
        }
    }

    [Fact]
    public async Task A_rejected_draft_stays_with_its_reason_and_a_decision_is_final()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument())));
        var path = $"/drafts/{(await fed.DraftsAsync(1)).Single()["id"]}";

        (await fed.SendAsync(HttpMethod.Post, path + "/reject", "{}")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        for (var time = 0; time < 2; time++)
        {
            var (status, draft, _) = await fed.SendAsync(HttpMethod.Post, path + "/reject", """{"reason": "Not about minerals we watch"}""");
            status.ShouldBe(HttpStatusCode.OK, draft.ToString());
            ((string?)draft["state"], (string?)draft["reason"]).ShouldBe(("rejected", "Not about minerals we watch"));
        }
        (await fed.SendAsync(HttpMethod.Post, path + "/confirm")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await fed.SendAsync(HttpMethod.Patch, path, """{"notes": "x"}""", "*")).Status.ShouldBe(HttpStatusCode.Conflict);
        await FedControls.AskedAgainAsync(fed.Register, 3);
        (await fed.App.ItemsAsync("/drafts")).Count.ShouldBe(1);
        (await fed.SendAsync(HttpMethod.Post, $"/drafts/{Guid.NewGuid()}/confirm")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_feeds_word_of_the_same_notice_adds_a_source_and_fills_what_was_missing()
    {
        var text = Samples.FederalDocument(effectiveOn: null, text: "A license requirement for exports of tungsten.");
        await using var fed = await FedControls.StartAsync(
            servers, register: _ => new PlayedAnswer(Samples.FederalPage(text)),
            alert: _ => new PlayedAnswer($"[{Gta(150001)}]"), ("Feeds:GlobalTradeAlert:Enabled", "false"));
        await fed.DraftsAsync(1);
        await using var other = await fed.App.StartAnotherAsync(("Feeds:GlobalTradeAlert:Enabled", "true"));

        var draft = (await Eventually.BecomesAsync(
            () => other.ItemsAsync("/drafts"), drafts => drafts.Count == 1 && drafts[0]["sources"]!.AsArray().Count == 2, FedControls.Patience)).Single();
        draft["notice"]!["sources"]!.AsArray().Select(s => (string?)s!["kind"]).ShouldBe(["primary", "secondary"]);
        ((string?)draft["notice"]!["clauses"]![0]!["effectiveFrom"]).ShouldBe("2025-02-04");
        draft["passages"]!["/clauses/0/measure"]!.AsArray().Select(p => (string?)p!["feed"]).ShouldBe(["federal-register", "global-trade-alert"], "side by side");
        draft["edited"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_interventions_of_one_notice_are_two_clauses_of_one_draft()
    {
        await using var fed = await FedControls.StartAsync(servers, alert: _ => new PlayedAnswer(
            $"[{Samples.Intervention()},{Samples.Intervention(150005, type: "Export ban", title: "China: Export ban on antimony", products: "[811010]")}]"));
        var draft = (await fed.DraftsAsync(1)).Single();
        draft["notice"]!["clauses"]!.AsArray().Select(c => ((string?)c!["number"], (string?)c["measure"])).ShouldBe([("1", "licensing"), ("2", "prohibition")]);
        ((string?)draft["passages"]!["/clauses/1/measure"]![0]!["document"]).ShouldBe("150005");
    }

    [Theory]
    [InlineData("confirm")]
    [InlineData("reject")]
    public async Task An_intervention_that_is_found_after_the_decision_on_its_notice_is_a_draft_of_its_own(string decision)
    {
        var known = Samples.Intervention();
        await using var fed = await FedControls.StartAsync(servers, alert: _ => new PlayedAnswer($"[{known}]"));
        var first = (await fed.DraftsAsync(1)).Single();
        var (status, decided, _) = await fed.SendAsync(HttpMethod.Post, $"/drafts/{first["id"]}/{decision}", decision is "reject" ? """{"reason": "Not ours"}""" : null);
        status.ShouldBe(decision is "reject" ? HttpStatusCode.OK : HttpStatusCode.Created, decided.ToString());

        known += "," + Samples.Intervention(150005, type: "Export ban", title: "China: Export ban on antimony", products: "[811010]");
        var further = (await Eventually.BecomesAsync(() => fed.App.ItemsAsync("/drafts?state=pending"), d => d.Count == 1, FedControls.Patience)).Single();
        (string?, string?)[] expected = decision is "reject" ? [("1", "prohibition")] : [("1", "licensing"), ("2", "prohibition")];
        further["notice"]!["clauses"]!.AsArray().Select(c => ((string?)c!["number"], (string?)c["measure"])).ShouldBe(expected);
        ((string?)further["passages"]![$"/clauses/{expected.Length - 1}/measure"]![0]!["document"]).ShouldBe("150005");
        if (decision is "reject") return;

        var (confirmed, notice, _) = await fed.SendAsync(HttpMethod.Post, $"/drafts/{further["id"]}/confirm");
        confirmed.ShouldBe(HttpStatusCode.OK, notice.ToString());
        ((string?)notice["id"], notice["clauses"]!.AsArray().Count, (int)notice["revision"]!).ShouldBe(((string?)decided["id"], 2, 2));
    }

    [Fact]
    public async Task A_source_found_after_the_confirmation_is_added_to_the_notice()
    {
        await using var fed = await FedControls.StartAsync(
            servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument())),
            alert: _ => new PlayedAnswer($"[{Gta(150001)}]"), ("Feeds:GlobalTradeAlert:Enabled", "false"));
        var draft = (await fed.DraftsAsync(1)).Single();
        var notice = (await fed.SendAsync(HttpMethod.Post, $"/drafts/{draft["id"]}/confirm")).Body;

        await using var other = await fed.App.StartAnotherAsync(("Feeds:GlobalTradeAlert:Enabled", "true"));
        await Eventually.BecomesAsync(() => other.GetAsync($"/notices/{notice["id"]}"), n => n["sources"]!.AsArray().Count == 2, FedControls.Patience);
        (await other.ItemsAsync("/drafts")).ShouldHaveSingleItem()["sources"]!.AsArray().Count.ShouldBe(2);
        ((string?)(await other.GetAsync($"/notices/{notice["id"]}"))["clauses"]![0]!["effectiveFrom"]).ShouldBe("2026-10-15", "what it says stays");
    }

    [Fact]
    public async Task A_revision_is_brought_into_an_open_draft_beside_what_a_reviewer_changed()
    {
        var document = Samples.FederalDocument();
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(document)));
        var path = $"/drafts/{(await fed.DraftsAsync(1)).Single()["id"]}";
        (await fed.SendAsync(HttpMethod.Patch, path, """{"authority": "BIS"}""", "*")).Status.ShouldBe(HttpStatusCode.OK);

        document = Samples.FederalDocument(effectiveOn: "2026-11-01");
        var draft = await Eventually.BecomesAsync(() => fed.App.GetAsync(path), d => (string?)d["notice"]!["clauses"]![0]!["effectiveFrom"] == "2026-11-01", FedControls.Patience);
        ((string?)draft["notice"]!["authority"]).ShouldBe("BIS");
        draft["edited"]!.AsArray().Select(e => (string?)e).ShouldBe(["/authority"]);
        ((string?)draft["passages"]!["/clauses/0/effectiveFrom"]![0]!["text"]).ShouldBe("2026-11-01");
        (await fed.App.ItemsAsync("/drafts")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_revision_after_the_confirmation_is_a_new_draft_which_corrects_the_notice()
    {
        var document = Samples.FederalDocument();
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(document)));
        var first = (await fed.DraftsAsync(1)).Single();
        (await fed.SendAsync(HttpMethod.Patch, $"/drafts/{first["id"]}", """{"authority": "BIS"}""", "*")).Status.ShouldBe(HttpStatusCode.OK);
        var notice = (await fed.SendAsync(HttpMethod.Post, $"/drafts/{first["id"]}/confirm")).Body;

        document = Samples.FederalDocument(effectiveOn: "2026-11-01");
        var correction = (await fed.DraftsAsync(1)).Single();
        ((string?)correction["corrects"], (string?)correction["previousDraftId"]).ShouldBe(((string?)notice["id"], (string?)first["id"]));
        ((string?)correction["notice"]!["authority"]).ShouldBe("BIS", "it starts from the notice as it stands");
        var (status, corrected, _) = await fed.SendAsync(HttpMethod.Post, $"/drafts/{correction["id"]}/confirm");
        status.ShouldBe(HttpStatusCode.OK, corrected.ToString());
        ((string?)corrected["id"], (int)corrected["revision"]!, (string?)corrected["clauses"]![0]!["effectiveFrom"]).ShouldBe(((string?)notice["id"], 2, "2026-11-01"));
        await FedControls.AskedAgainAsync(fed.Register, 3);
        (await fed.App.ItemsAsync("/drafts")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_number_taken_by_other_content_is_a_conflict_and_the_draft_stays()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(Samples.FederalDocument())));
        var draft = (await fed.DraftsAsync(1)).Single();
        var posted = draft["notice"]!.DeepClone();
        posted["title"] = "Other words";
        await fed.App.RecordAsync(posted.ToJsonString());
        (await fed.SendAsync(HttpMethod.Post, $"/drafts/{draft["id"]}/confirm")).Status.ShouldBe(HttpStatusCode.Conflict);
        await fed.DraftsAsync(1);
    }

    [Fact]
    public async Task The_queue_is_paged_and_narrowed_and_writing_needs_the_scope()
    {
        await using var fed = await FedControls.StartAsync(servers, register: _ => new PlayedAnswer(Samples.FederalPage(
            [.. Enumerable.Range(1, 5).Select(i => Samples.FederalDocument($"2026-2000{i}"))])));
        await fed.DraftsAsync(5, "?state=pending&limit=2");
        (await fed.App.ItemsAsync("/drafts?mineral=tungsten&issuer=USA&feed=federal-register&limit=3")).Count.ShouldBe(5);
        (await fed.App.ItemsAsync("/drafts?mineral=gallium")).ShouldBeEmpty();
        (await fed.SendAsync(HttpMethod.Get, "/drafts?state=lost")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var anybody = fed.App.Authorized(null);
        using var refused = await anybody.PostAsync($"/api/controls/drafts/{Guid.NewGuid()}/confirm", content: null);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static string Gta(int id) => Samples.Intervention(
        id, "USA: Export licensing for tungsten", issuers: """[{"iso": "USA"}]""", description: "<p>A licence is needed.</p>",
        source: "https://www.federalregister.gov/documents/2026/10/01/2026-10001/sample");
}
