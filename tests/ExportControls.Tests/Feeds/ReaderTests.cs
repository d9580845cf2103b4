using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Drafts;
using Chokepoint.ExportControls.Feeds;
using Chokepoint.ExportControls.Feeds.FederalRegister;
using Chokepoint.ExportControls.Feeds.GlobalTradeAlert;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.ExportControls.Notices;
using Chokepoint.Testing.Files;

namespace Chokepoint.ExportControls.Tests.Feeds;

public class ReaderTests
{
    [Fact]
    public void A_rule_of_the_Federal_Register_is_read_with_the_words_beside_each_field()
    {
        var read = FederalRegisterReader.Read(new FeedDocument("2026-10001", Samples.FederalDocument(), Url: null));

        read.State.ShouldBe(DraftState.Pending);
        var notice = read.Notice;
        (notice.Issuer, notice.DocumentNumber, notice.Authority, notice.AnnouncedOn).ShouldBe(("USA", "2026-10001", "Industry and Security Bureau", new DateOnly(2026, 10, 1)));
        notice.Sources.ShouldHaveSingleItem().Kind.ShouldBe("primary");
        var clause = notice.Clauses.ShouldHaveSingleItem();
        clause.Measure.ShouldBe(Measure.Licensing);
        clause.Minerals.ShouldBe(["tungsten"]);
        clause.Destinations.ShouldBe(["CHN"]);
        clause.Items.ShouldHaveSingleItem().HsCodes.ShouldBe(["810194"]);
        clause.EffectiveFrom.ShouldBe(new DateOnly(2026, 10, 15));
        read.Passages["/clauses/0/measure"][0].Rule.ShouldNotBeNull().ShouldContain("licensing");
        read.Passages["/clauses/0/destinations/0"][0].Text.ShouldStartWith("The Bureau of Industry and Security (BIS) imposes");
        read.Passages["/clauses/0/effectiveFrom"][0].Field.ShouldBe("effective_on");
        read.Unread["/clauses/0/effectiveUntil"].ShouldContain("No last day");
    }

    [Fact]
    public void What_cannot_be_read_stays_null_and_is_said_so()
    {
        var read = FederalRegisterReader.Read(new FeedDocument("1", Samples.FederalDocument(text: "This is about gallium.", title: "Gallium", effectiveOn: null), Url: null));
        read.State.ShouldBe(DraftState.Pending);
        var clause = read.Notice.Clauses.ShouldHaveSingleItem();
        (clause.Measure, clause.EffectiveFrom, clause.Destinations).ShouldBe((null, null, null));
        read.Unread["/clauses/0/measure"].ShouldBe("No words for a measure on exports were found.");
        read.Unread["/clauses/0/effectiveFrom"].ShouldNotBeEmpty();
        read.Unread["/clauses/0/destinations"].ShouldContain("every destination");
    }

    [Fact]
    public void A_proposed_rule_is_a_statement() =>
        FederalRegisterReader.Read(new FeedDocument("1", Samples.FederalDocument(type: "Proposed Rule"), null)).Notice.Clauses![0].Measure.ShouldBe(Measure.Statement);

    [Fact]
    public void What_is_about_something_else_is_set_aside_with_the_reason()
    {
        var read = FederalRegisterReader.Read(new FeedDocument("1", Samples.FederalDocument(title: "Retirement Systems", text: "Payments to annuitants."), null));
        (read.State, read.Reason).ShouldBe((DraftState.SetAside, "It names no mineral known here, and no measure on exports."));
    }

    [Theory]
    [InlineData("""{"title": "x"}""", "It has no document_number.")]
    [InlineData("""{"document_number": "1"}""", "Document 1 has no title.")]
    [InlineData("""{"document_number": "1", "title": "x", "publication_date": "soon"}""", "Document 1 has no publication_date that is a day.")]
    [InlineData("7", "It is no JSON object.")]
    public void A_document_that_cannot_be_read_says_why(string content, string reason)
    {
        var read = FederalRegisterReader.Read(new FeedDocument("1", content, null));
        (read.State, read.Reason).ShouldBe((DraftState.Unreadable, reason));
    }

    [Fact]
    public void An_intervention_is_read_and_who_is_affected_is_not_taken_for_whom_it_names()
    {
        var read = GlobalTradeAlertReader.Read(new FeedDocument("150001", Samples.Intervention(removed: "2025-11-10"), null));

        read.State.ShouldBe(DraftState.Pending);
        (read.Notice.Issuer, read.Notice.DocumentNumber).ShouldBe(("CHN", "2025-10"));
        read.Passages["/documentNumber"][0].Field.ShouldBe("state_act_source");
        read.Notice.Sources.ShouldHaveSingleItem().Kind.ShouldBe("secondary");
        var clause = read.Notice.Clauses.ShouldHaveSingleItem();
        clause.Measure.ShouldBe(Measure.Licensing);
        clause.Minerals.ShouldBe(["tungsten"]);
        clause.Destinations.ShouldBe(["USA"]);
        clause.Items.ShouldHaveSingleItem().HsCodes.ShouldBe(["810194", "811292"]);
        (clause.EffectiveFrom, clause.EffectiveUntil).ShouldBe((new DateOnly(2025, 2, 4), new DateOnly(2025, 11, 9)));
        read.Unread["/clauses/0/minerals"].ShouldContain("HS 811292 pools");
    }

    [Theory]
    [InlineData("On 9 November 2025, China suspended paragraph 2 of MOFCOM Announcement No. 46 of 2024 until 27 November 2026, by MOFCOM Announcement No. 72 of 2025.", "Suspend 2024-46/2 ..2026-11-27")]
    [InlineData("Announcements No. 55, 56 and 57 of 2025 are suspended until 10 November 2026, effective immediately.", "Suspend 2025-55/ at once..2026-11-10 Suspend 2025-56/ at once..2026-11-10 Suspend 2025-57/ at once..2026-11-10")]
    [InlineData("The Council extends the suspension of Regulation (EU) 2024/1851 until 31 January 2027.", "Extend 2024/1851/ ..2027-01-31")]
    [InlineData("The ministry lifted the suspension of Announcement No. 46 of 2024.", "Resume 2024-46/ ..")]
    [InlineData("The ministry lifts the suspension of Announcement No. 46 of 2024, effective 1 May 2027.", "Resume 2024-46/ 2027-05-01..")]
    [InlineData("BIS revokes the license requirements imposed by FR Doc. 2025-17893.", "Repeal 2025-17893/ ..")]
    [InlineData("This order replaces Announcement No. 50 of 2006.", "Amend 2006-50/ ..")]
    [InlineData("Under Announcement No. 46 of 2024 exports need a licence.", "")]
    [InlineData("The control is suspended by Announcement No. 72 of 2025.", "")]
    [InlineData("自即日起至2026年11月27日，暂停实施商务部公告2024年第46号第二款。", "Suspend 2024-46/2 at once..2026-11-27")]
    [InlineData("暂停实施商务部2025年第55号、56号公告。", "Suspend 2025-55/ .. Suspend 2025-56/ ..")]
    [InlineData("本公告自2023年12月1日起实施，商务部公告2006年第50号同时废止。", "Repeal 2006-50/ 2023-12-01..")]
    [InlineData("商务部公告2026年第40号 公布暂停实施商务部公告2024年第46号第十二条的决定", "Suspend 2024-46/12 ..")]
    public void What_a_sentence_does_to_an_earlier_notice_is_read_with_its_number_clause_and_days(string text, string expected) =>
        string.Join(' ', ActionWords.Find([SourceText.Plain("text", text)]).Select(a =>
            $"{a.Kind.Value} {a.Target.Value.Number}/{a.Clause?.Value} {(a.AtOnce ? "at once" : a.From?.Value.ToString("O"))}..{a.Until?.Value:O}")).ShouldBe(expected);

    [Fact]
    public void An_intervention_that_suspends_another_notice_says_so_with_the_words_beside_each_field()
    {
        var read = GlobalTradeAlertReader.Read(new FeedDocument("150009", Samples.Intervention(
            title: "China: Temporary suspension of the export ban on gallium", type: "Export ban", source: null, implemented: "2025-11-09",
            description: "<p>On 9 November 2025, China suspended paragraph 2 of MOFCOM Announcement No. 46 of 2024 until 27 November 2026, by MOFCOM Announcement No. 72 of 2025.</p>"), null));

        read.Notice.DocumentNumber.ShouldBe("2025-72");
        var action = read.Notice.Actions.ShouldHaveSingleItem();
        (action.Action, action.Target, action.From, action.Until).ShouldBe(
            (ActionKind.Suspend, new TargetRequest("CHN", "2024-46", "2"), new DateOnly(2025, 11, 9), new DateOnly(2026, 11, 27)));
        foreach (var member in new[] { "action", "target/documentNumber", "target/clause", "until" })
            read.Passages[$"/actions/0/{member}"][0].Text.ShouldStartWith("On 9 November 2025, China suspended");
        read.Passages["/actions/0/from"][0].Field.ShouldBe("date_implemented");
    }

    [Fact]
    public void A_rule_that_only_acts_on_another_has_no_clause_of_its_own_and_one_cited_by_page_says_what_is_missing()
    {
        var read = FederalRegisterReader.Read(new FeedDocument("1", Samples.FederalDocument(
            title: "Suspension of Controls on Gallium", text: "BIS suspends until November 9, 2027, the license requirements for exports of gallium imposed by FR Doc. 2025-17893."), null));
        read.State.ShouldBe(DraftState.Pending);
        read.Notice.Clauses.ShouldBeEmpty();
        read.Unread["/clauses"].ShouldContain("No words for a measure of its own");
        var action = read.Notice.Actions.ShouldHaveSingleItem();
        (action.Action, action.Target!.DocumentNumber, action.From, action.Until).ShouldBe(
            (ActionKind.Suspend, "2025-17893", new DateOnly(2026, 10, 15), new DateOnly(2027, 11, 9)));

        read = FederalRegisterReader.Read(new FeedDocument("1", Samples.FederalDocument(text: "BIS suspends the license requirements for exports of gallium at 90 FR 47201."), null));
        read.Notice.Actions.ShouldBeEmpty();
        read.Unread["/actions"].ShouldContain("90 FR 47201");
    }

    [Theory]
    [InlineData("""["Indonesia"]""", "[]", "IDN")]
    [InlineData("""[{"iso": "AUT"}, {"iso": "BEL"}]""", """[{"name": "European Union"}]""", "EU27")]
    [InlineData("""[{"iso": "AUT"}, {"iso": "BEL"}]""", "[]", null)]
    [InlineData("""["DR Congo"]""", "[]", "COD")]
    [InlineData("""["Atlantis"]""", "[]", null)]
    public void The_issuer_is_who_implements_it_where_that_is_one(string issuers, string groups, string? issuer)
    {
        var read = GlobalTradeAlertReader.Read(new FeedDocument("1", Samples.Intervention(issuers: issuers, groups: groups), null));
        read.Notice.Issuer.ShouldBe(issuer);
        read.Unread.ContainsKey("/issuer").ShouldBe(issuer is null);
    }

    [Fact]
    public void The_recorded_documents_of_the_Federal_Register_are_read_to_the_last()
    {
        var file = SharedData.PathOf("data", "policy", "federal_register", "fr_export_control_critical_minerals.jsonl");
        var read = File.ReadLines(file).Where(line => line.Length > 0).Select(line => FederalRegisterReader.Read(new FeedDocument("x", line, null))).ToList();
        read.Count.ShouldBe(229);
        read.ShouldAllBe(r => r.State != DraftState.Unreadable);
        read.Count(r => r.State == DraftState.Pending && r.Notice.Clauses is [{ Measure: Measure.EntityListing }, ..]).ShouldBeGreaterThan(20);
        read.ShouldAllBe(r => r.Passages.ContainsKey("/title") && r.Passages.ContainsKey("/announcedOn"));
        // Every value that was found has its words, and every field that was not has its reason.
        foreach (var reading in read.Where(r => r.Notice.Clauses is { Count: > 0 }))
        {
            var notice = NoticeJson.Of(reading.Notice);
            foreach (var pointer in new[] { "/clauses/0/measure", "/clauses/0/effectiveFrom", "/clauses/0/effectiveUntil", "/authority" })
                (reading.Passages.ContainsKey(pointer) == NoticeJson.IsRead(notice, pointer) && (NoticeJson.IsRead(notice, pointer) || reading.Unread.ContainsKey(pointer))).ShouldBeTrue(pointer);
        }
    }

    [Fact]
    public void The_recorded_interventions_are_read_and_those_that_are_no_export_measures_set_aside()
    {
        var file = SharedData.PathOf("data", "policy", "gta-interventions.json");
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var read = json.RootElement.GetProperty("interventions").EnumerateArray().Select(i => (
            Type: i.GetProperty("interventionType").GetString()!,
            Reading: GlobalTradeAlertReader.Read(new FeedDocument(i.GetProperty("id").GetString()!, JsonSerializer.Serialize(new
            {
                intervention_id = i.GetProperty("id").GetString(), state_act_title = i.GetProperty("title").GetString(),
                intervention_description = i.GetProperty("description").GetString(), intervention_url = i.GetProperty("link").GetString(),
                intervention_type = i.GetProperty("interventionType").GetString(), date_announced = i.GetProperty("dateISO").GetString(),
                implementing_jurisdictions = i.GetProperty("implementers").EnumerateArray().Select(n => n.GetString()).ToArray(),
            }), null)))).ToList();
        read.Count.ShouldBe(292);
        foreach (var (type, reading) in read)
        {
            reading.State.ShouldBe(type.Contains("Export") ? DraftState.Pending : DraftState.SetAside, $"{type}: {reading.Reason}");
            if (type is "Export ban" && reading.Notice.Clauses is [var clause]) clause.Measure.ShouldBe(Measure.Prohibition);
        }
        var exports = read.Where(r => r.Type.Contains("Export")).Select(r => r.Reading).ToList();
        exports.Where(r => r.Notice.Clauses is []).ShouldHaveSingleItem().Notice.Title.ShouldNotBeNull().ShouldContain("removed the export ban");
        exports.ShouldAllBe(r => r.Notice.Issuer != null, "each is implemented by one economy known here, or by the Union's members");
        exports.Count(r => r.Notice.Clauses is [{ Minerals.Count: > 0 }]).ShouldBeGreaterThan(exports.Count / 2);
    }
}
