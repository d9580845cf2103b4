using Chokepoint.Contracts;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.ExportControls.Registry;

namespace Chokepoint.ExportControls.Tests.Feeds;

public class TextRulesTests
{
    [Theory]
    [InlineData("Indonesia: Export ban on nickel ore", Measure.Prohibition)]
    [InlineData("The rule prohibits exports of gallium.", Measure.Prohibition)]
    [InlineData("Exports of antimony to the United States are prohibited.", Measure.Prohibition)]
    [InlineData("China introduces an export quota on rare earths", Measure.Quota)]
    [InlineData("Zimbabwe: Export tax on lithium-bearing ore", Measure.Tax)]
    [InlineData("Introduction of export duty on nickel", Measure.Tax)]
    [InlineData("imposes a license requirement for the export and reexport", Measure.Licensing)]
    [InlineData("SARS introduces export permit requirements for certain copper products", Measure.Licensing)]
    [InlineData("Additions to the Entity List", Measure.EntityListing)]
    [InlineData("Proposed rule: license requirements for exports of tungsten", Measure.Statement)]
    [InlineData("The DRC suspends exports of cobalt for four months.", Measure.Suspension)]
    [InlineData("决定对下列物项实施出口管制", Measure.Licensing)]
    [InlineData("禁止两用物项对美国军事用户出口", Measure.Prohibition)]
    public void The_measure_is_guessed_from_the_words(string text, Measure measure)
    {
        var found = MeasureWords.Find([SourceText.Plain("title", text)]).ShouldNotBeNull();
        found.Value.ShouldBe(measure);
        found.Text.ShouldBe(text);
        found.Rule.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("Final 2025 List of Critical Minerals")]
    [InlineData("Tungsten Shot From China; Scheduling of the Final Phase of Countervailing Duty Investigations")]
    public void No_measure_on_exports_is_made_up(string text) => MeasureWords.Find([SourceText.Plain("title", text)]).ShouldBeNull();

    [Fact]
    public void Minerals_are_found_once_each_by_their_names_with_the_sentence_around_them()
    {
        var text = SourceText.Html("abstract", "<p>It covers U.S. exports of <b>Gallium</b> &amp; rare earths. Synthetic graphite is left out; so is gallium. They lead the way.</p>");
        var found = MineralNames.Find([text]);
        found.Select(f => f.Value).ShouldBe(["gallium", "rare-earths", "artificial-graphite"]);
        found[0].Text.ShouldBe("It covers U.S. exports of Gallium & rare earths.");
    }

    [Theory]
    [InlineData("they lead the industry", "")]
    [InlineData("lead ore and tin ingots", "lead tin")]
    [InlineData("graphite", "natural-graphite")]
    [InlineData("锑锭和稀土", "antimony rare-earths")]
    [InlineData("unobtainium", "")]
    public void Everyday_words_are_no_minerals(string text, string slugs) =>
        string.Join(' ', MineralNames.Find([SourceText.Plain("t", text)]).Select(f => f.Value)).ShouldBe(slugs);

    [Theory]
    [InlineData("classified under HTS subheadings 8101.94.00 and 2611.00", "81019400 261100")]
    [InlineData("参考海关商品编号：8110101000、8110102000", "8110101000 8110102000")]
    [InlineData("docket 202510 of 81019400 pages", "")]
    public void Codes_are_read_where_the_text_says_that_they_are_such(string text, string codes) =>
        string.Join(' ', HsMentions.Find([SourceText.Plain("t", text)]).Select(f => f.Value)).ShouldBe(codes);

    /// <summary>A feed's draft and the shipped notice are one notice only where they are called the same.</summary>
    [Fact]
    public void A_shipped_notice_whose_sources_name_its_number_is_called_as_a_feed_would_call_it()
    {
        var named = ShippedRegistry.Read().Notices
            .SelectMany(n => n.Sources.SelectMany(s => NoticeNumbers.Find(s.Url)).Select(mention => (n.Issuer, n.DocumentNumber, mention)))
            .Where(n => n.mention.Issuer is null || n.mention.Issuer == n.Issuer).ToList();
        named.ShouldContain(n => n.Issuer == "USA");
        named.ShouldAllBe(n => n.DocumentNumber == n.mention.Number);
    }

    [Fact]
    public void A_basket_code_names_no_mineral_and_says_so()
    {
        var codes = HsMentions.Find([SourceText.Plain("t", "HS 811292 and 811010")]);
        HsMentions.Minerals(codes).Select(m => m.Value).ShouldBe(["antimony"]);
        HsMentions.Baskets(codes).ShouldNotBeNull().ShouldContain("HS 811292 pools");
    }

    [Theory]
    [InlineData("a license requirement for exports of tungsten to the People's Republic of China, Russia and Belarus.", "CHN RUS BLR", "")]
    [InlineData("for the export and reexport of those items to all destinations, except Canada.", "", "CAN")]
    [InlineData("Tungsten shot from China is sold here.", "", "")]
    [InlineData("关于加强相关两用物项对美国出口管制的公告", "USA", "")]
    public void Destinations_are_read_where_goods_go_to_them(string text, string destinations, string excluded)
    {
        SourceText[] texts = [SourceText.Plain("t", text)];
        string.Join(' ', EconomyNames.Destinations(texts).Select(f => f.Value)).ShouldBe(destinations);
        string.Join(' ', EconomyNames.Excluded(texts).Select(f => f.Value)).ShouldBe(excluded);
    }

    [Theory]
    [InlineData("This rule is effective November 12, 2024.", "2024-11-12", null)]
    [InlineData("It takes effect on 1 August 2023 and expires on July 31, 2025.", "2023-08-01", "2025-07-31")]
    [InlineData("本公告自2026年9月15日起正式实施。", "2026-09-15", null)]
    [InlineData("Comments are due by May 3, 2024.", null, null)]
    [InlineData("effective February 31, 2024", null, null)]
    public void Days_are_read_where_a_sentence_says_what_they_are(string text, string? from, string? until)
    {
        SourceText[] texts = [SourceText.Plain("t", text)];
        (Days.EffectiveFrom(texts)?.Value).ShouldBe(Days.Iso(from));
        (Days.EffectiveUntil(texts)?.Value).ShouldBe(Days.Iso(until));
    }
}
