using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.ExportControls.Registry;

namespace Chokepoint.ExportControls.Tests.Domain;

public class NoticeKeyTests
{
    [Theory]
    [InlineData("2024-46")]
    [InlineData("2024–46")]
    [InlineData("2024-046")]
    [InlineData("No. 46 of 2024")]
    [InlineData("MOFCOM 2024 No.46")]
    [InlineData("MOFCOM+GAC 2024 No.46")]
    [InlineData("MOFCOM Announcement No. 46 of 2024")]
    [InlineData("mofcom notice no. 46 (2024)")]
    [InlineData("Announcement [2024] No. 46")]
    [InlineData("Announcement No. 46 of 2024 of the Ministry of Commerce of the People's Republic of China")]
    [InlineData("Ministry of Commerce and General Administration of Customs Joint Announcement No. 46 of 2024")]
    [InlineData("商务部公告2024年第46号")]
    [InlineData("商务部公告　２０２４年　第４６号")]
    [InlineData("商务部公告〔2024〕46号")]
    [InlineData("商务部2024年第46号公告")]
    [InlineData("2024年第46号")]
    [InlineData("中华人民共和国商务部公告2024年第46号")]
    [InlineData("商务部 海关总署公告2024年第46号")]
    [InlineData("商务部、海关总署公告 2024 年第 46 号")]
    public void Every_spelling_of_an_announcement_of_the_ministry_of_commerce_is_one_key(string number) =>
        NoticeKey.Of("CHN", number).ShouldBe(new NoticeKey("CHN", "2024-46"));

    [Theory]
    [InlineData("USA", "FR 2025-19813", "2025-19813")]
    [InlineData("USA", "2025-19813", "2025-19813")]
    [InlineData("USA", "FR Doc. 2025-19813", "2025-19813")]
    [InlineData("USA", "Document Number 2025-19813", "2025-19813")]
    [InlineData("EU27", "Regulation (EU) 2024/1252", "2024/1252")]
    [InlineData("EU27", "Commission Implementing Regulation (EU) 2024/1252", "2024/1252")]
    [InlineData("EU27", "2024/1252", "2024/1252")]
    [InlineData("COD", "Décision  001/2025", "DÉCISION 001/2025")]
    public void So_are_those_of_other_issuers(string issuer, string number, string key) => NoticeKey.Of(issuer, number).Number.ShouldBe(key);

    [Theory]
    [InlineData("海关总署公告2024年第46号", null, "GACC 2024-46")]
    [InlineData("GACC Announcement No. 46 of 2024", null, "GACC 2024-46")]
    [InlineData("海关总署 商务部公告2024年第46号", null, "GACC 2024-46")]
    [InlineData("2024-46", "General Administration of Customs", "GACC 2024-46")]
    [InlineData("2024-46", "海关总署、商务部", "GACC 2024-46")]
    [InlineData("商务部公告2024年第46号", "GACC", "2024-46")]
    [InlineData("商务部令2024年第46号", null, "MOFCOM Order 2024-46")]
    [InlineData("MOFCOM Order No. 46 of 2024", null, "MOFCOM Order 2024-46")]
    [InlineData("不可靠实体清单工作机制公告2024年第46号", null, "UEL 2024-46")]
    [InlineData("MOFCOM Announcement No. 46 of 2025", null, "2025-46")]
    [InlineData("MOFCOM Announcement No. 4 of 2024", null, "2024-4")]
    [InlineData("2024-46-5", null, "2024-46-5")]
    [InlineData("Draft of MOFCOM Announcement No. 46 of 2024", null, "DRAFT OF MOFCOM ANNOUNCEMENT NO. 46 OF 2024")]
    public void Another_series_year_or_number_is_another_notice(string number, string? authority, string key) =>
        NoticeKey.Of("CHN", number, authority).Number.ShouldBe(key);

    [Fact]
    public void A_key_is_its_own_key_and_no_two_notices_that_ship_share_one()
    {
        var shipped = ShippedRegistry.Read().Notices;
        shipped.Select(NoticeKey.Of).Distinct().Count().ShouldBe(shipped.Count);
        foreach (var key in shipped.Select(NoticeKey.Of).Append(new NoticeKey("CHN", "GACC 2024-46")).Append(new NoticeKey("CHN", "MOFCOM Order 2024-2")))
            NoticeKey.Of(key.Issuer, key.Number).ShouldBe(key);
    }

    [Theory]
    [InlineData("It suspends MOFCOM Announcement No. 46 of 2024.", "CHN", "2024-46")]
    [InlineData("根据商务部 海关总署公告2024年第46号", "CHN", "2024-46")]
    [InlineData("暂停实施海关总署公告2024年第46号", "CHN", "GACC 2024-46")]
    [InlineData("It suspends GACC Announcement No. 46 of 2024.", "CHN", "GACC 2024-46")]
    [InlineData("Announcement No. 46 of 2024 of the General Administration of Customs", "CHN", "GACC 2024-46")]
    [InlineData("根据商务部令2024年第2号", "CHN", "MOFCOM Order 2024-2")]
    [InlineData("Decree No. 8 of 2023 is repealed.", null, "2023-8")]
    [InlineData("暂停实施2024年第46号公告", null, "2024-46")]
    public void A_text_names_a_notice_by_the_same_keys(string text, string? issuer, string number)
    {
        var mention = NoticeNumbers.Find(text).Single();
        (mention.Issuer, mention.Number).ShouldBe((issuer, number));
    }
}
