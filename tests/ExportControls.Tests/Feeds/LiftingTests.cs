using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Drafts;
using Chokepoint.ExportControls.Feeds;
using Chokepoint.ExportControls.Feeds.FederalRegister;
using Chokepoint.ExportControls.Feeds.GlobalTradeAlert;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;

namespace Chokepoint.ExportControls.Tests.Feeds;

/// <summary>A document that takes a measure away must not become a draft of a new one.</summary>
public class LiftingTests(ServersFixture servers)
{
    [Theory]
    [InlineData("Removal of License Requirements for Certain Tungsten Items", "The Bureau of Industry and Security (BIS) imposed license requirements for exports to China of tungsten in 2025. They act no more.")]
    [InlineData("Tungsten: Export Controls", "BIS removes the license requirements for exports to China of tungsten classified under HTS subheading 8101.94.")]
    [InlineData("Revisions for Tungsten", "The license requirements for exports of tungsten are hereby rescinded.")]
    [InlineData("Suspension of Export Controls on Gallium", "The license requirement for exports of gallium does not act until 2027.")]
    [InlineData("Removal of an Entity From the Entity List", "BIS takes a refiner of tungsten off the Entity List.")]
    public void A_rule_of_the_Federal_Register_that_removes_a_control_has_no_clause_and_says_what_is_to_do(string title, string text)
    {
        var read = FederalRegisterReader.Read(new FeedDocument("1", Samples.FederalDocument(title: title, text: text), null));
        read.State.ShouldBe(DraftState.Pending);
        read.Notice.Clauses.ShouldBeEmpty();
        read.Notice.Actions.ShouldBeEmpty();
        read.Unread["/clauses"].ShouldStartWith("It takes a measure away and brings none of its own. Name the notice");
        read.Passages["/clauses"][0].Rule.ShouldNotBeNull().ShouldContain("it takes a measure away");
    }

    [Theory]
    [InlineData("Removal of License Requirements for Gallium; Imposition of an Export Tax on Tungsten", "The tax acts at once.", Measure.Tax)]
    [InlineData("Addition of Entities to the Entity List and Removal of One Entity From the Entity List", "BIS adds 20 refiners of tungsten.", Measure.EntityListing)]
    [InlineData("Export Controls on Tungsten", "BIS lifts the export ban on gallium. It imposes a license requirement for exports of tungsten.", Measure.Licensing)]
    [InlineData("Tungsten", "BIS removes License Exception eligibility and imposes license requirements for exports of tungsten.", Measure.Licensing)]
    [InlineData("Suspension of exports of cobalt", "Exports of cobalt are suspended for four months.", Measure.Suspension)]
    public void What_it_brings_beside_that_is_still_read_and_to_suspend_exports_is_a_measure(string title, string text, Measure measure)
    {
        var read = FederalRegisterReader.Read(new FeedDocument("1", Samples.FederalDocument(title: title, text: text), null));
        read.Notice.Clauses.ShouldHaveSingleItem().Measure.ShouldBe(measure);
    }

    [Theory]
    [InlineData("Green", "Indonesia: Government announces changes to the export ban on nickel ore")]
    [InlineData("green", "China: Export licensing for tungsten")]
    [InlineData("Red", "China: Temporary suspension of the export ban on gallium")]
    [InlineData("Amber", "Zimbabwe: Export tax on lithium abolished")]
    public void An_intervention_that_liberalises_has_no_clause(string colour, string title)
    {
        var read = GlobalTradeAlertReader.Read(new FeedDocument("1", Coloured(colour, title), null));
        read.State.ShouldBe(DraftState.Pending);
        read.Notice.Clauses.ShouldBeEmpty();
        read.Passages["/clauses"][0].Field.ShouldBe(colour is "Red" or "Amber" ? "state_act_title" : "gta_evaluation");
        read.Unread["/clauses"].ShouldContain("among the actions");
    }

    [Fact]
    public void An_intervention_that_hinders_trade_has_its_clause() => GlobalTradeAlertReader.Read(new FeedDocument("1", Coloured("Red", "China: Export ban on gallium"), null))
        .Notice.Clauses.ShouldHaveSingleItem().Measure.ShouldBe(Measure.Licensing, "by its type");

    [Theory]
    [InlineData("商务部公告2026年第41号 关于停止实施对锑出口管制的公告", "决定停止实施对锑相关物项的出口管制措施。")]
    [InlineData("商务部公告2026年第41号", "经国务院批准，暂停实施出口管制。")]
    [InlineData("关于取消锑出口许可的公告", "锑出口许可证管理自2026年9月15日起取消。")]
    public void A_Chinese_announcement_that_stops_or_suspends_a_control_has_no_words_for_a_measure(string title, string text)
    {
        SourceText[] texts = [SourceText.Plain("title", title), SourceText.Plain("body", text)];
        MeasureWords.Find(ActionWords.Without(texts)).ShouldBeNull();
        LiftingWords.Find(texts).ShouldNotBeNull();
    }

    [Fact]
    public void One_that_suspends_another_by_its_number_is_an_action_and_no_measure()
    {
        SourceText[] texts = [SourceText.Plain("title", "商务部公告2026年第41号 公布停止实施商务部公告2024年第33号的决定"), SourceText.Plain("body", "自即日起停止实施商务部 海关总署公告2024年第33号（关于对锑等物项实施出口管制的公告）。")];
        MeasureWords.Find(ActionWords.Without(texts)).ShouldBeNull();
        var action = ActionWords.Find(texts).ShouldHaveSingleItem();
        (action.Kind.Value, action.Target.Value.Number, action.AtOnce).ShouldBe((ActionKind.Repeal, "2024-33", true));
    }

    [Theory]
    [InlineData("关于对锑相关物项实施出口管制的公告", Measure.Licensing)]
    [InlineData("决定暂停锑出口。", Measure.Suspension)]
    public void A_Chinese_announcement_of_a_control_is_one(string text, Measure measure) =>
        MeasureWords.Find([SourceText.Plain("title", text)]).ShouldNotBeNull().Value.ShouldBe(measure);

    [Fact]
    public async Task Its_draft_cannot_be_confirmed_as_it_is_and_can_once_the_notice_it_ends_is_named()
    {
        await using var fed = await FedControls.StartAsync(servers, alert: _ => new PlayedAnswer($"[{Coloured("Green", "China: Export ban on gallium to the United States lifted")}]"));
        await fed.App.RecordAsync(RealNotices.China2024No46);
        var path = $"/drafts/{(await fed.DraftsAsync(1)).Single()["id"]}";
        (await fed.SendAsync(HttpMethod.Post, path + "/confirm")).Status.ShouldBe(System.Net.HttpStatusCode.UnprocessableEntity);

        const string Named = """{"actions": [{"action": "repeal", "target": {"issuer": "CHN", "documentNumber": "2024-46", "clause": "2"}, "from": "2025-02-04"}]}""";
        (await fed.SendAsync(HttpMethod.Patch, path, Named, "*")).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        (await fed.SendAsync(HttpMethod.Post, path + "/confirm")).Status.ShouldBe(System.Net.HttpStatusCode.Created);
        (await fed.App.ItemsAsync("/active?mineral=gallium&status=withdrawn")).Select(c => $"{c["documentNumber"]}/{c["clause"]}").ShouldBe(["2024-46/2"]);
    }

    private static string Coloured(string colour, string title) => Samples.Intervention(title: title, implemented: "2025-02-04", description: "<p>x</p>")
        .Replace("\"gta_evaluation\": \"Red\"", $"\"gta_evaluation\": \"{colour}\"", StringComparison.Ordinal);
}
