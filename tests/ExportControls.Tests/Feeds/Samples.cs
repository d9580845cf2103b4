namespace Chokepoint.ExportControls.Tests.Feeds;

/// <summary>Small answers in the shapes of the upstreams; the documents in them are made up.</summary>
internal static class Samples
{
    public const string LicenceTitle = "Export License Requirements for Certain Tungsten Items";

    public static string FederalDocument(
        string number = "2026-10001", string title = LicenceTitle, string? effectiveOn = "2026-10-15", string published = "2026-10-01",
        string text = "The Bureau of Industry and Security (BIS) imposes a license requirement for exports to China of tungsten classified under HTS subheading 8101.94. The controls act for all shipments.",
        string type = "Rule") => $$"""
        { "document_number": "{{number}}", "title": "{{title}}", "type": "{{type}}", "abstract": "{{text}}", "action": "Final rule.",
          "dates": null, "effective_on": {{(effectiveOn is null ? "null" : $"\"{effectiveOn}\"")}}, "publication_date": "{{published}}",
          "agencies": [{"raw_name": "DEPARTMENT OF COMMERCE", "name": "Commerce Department", "id": 54, "parent_id": null},
                       {"raw_name": "Bureau of Industry and Security", "name": "Industry and Security Bureau", "id": 241, "parent_id": 54}],
          "html_url": "https://www.federalregister.gov/documents/2026/10/01/{{number}}/sample", "excerpts": "shown {{Guid.NewGuid()}}" }
        """;

    public static string FederalPage(params string[] documents) =>
        $$"""{"count": {{documents.Length}}, "description": "Documents", "total_pages": 1, "results": [{{string.Join(",", documents)}}]}""";

    public static string Intervention(
        int id = 150001, string title = "China: Government announces export licensing for tungsten", string type = "Export licensing requirement",
        string issuers = """[{"id": 156, "name": "China", "iso": "CHN"}]""", string groups = "[]", string? source = "MOFCOM Announcement No. 10 of 2025",
        string? implemented = "2025-02-04", string? removed = null, string products = "[810194, 811292]", string description = "<p>Exports to the United States need a licence.</p>") => $$"""
        { "intervention_id": {{id}}, "state_act_id": 90001, "state_act_title": "{{title}}", "intervention_description": "{{description}}",
          "intervention_url": "https://www.globaltradealert.org/intervention/{{id}}", "state_act_source": {{(source is null ? "null" : $"\"{source}\"")}},
          "gta_evaluation": "Red", "implementing_jurisdictions": {{issuers}}, "implementing_jurisdiction_groups": {{groups}},
          "affected_jurisdictions": [{"id": 392, "name": "Japan", "iso": "JPN"}], "implementation_level": "National", "eligible_firm": "all",
          "intervention_type": "{{type}}", "mast_chapter": "P", "affected_sectors": [412], "affected_products": {{products}},
          "date_announced": "2025-02-04", "date_published": "2025-02-06",
          "date_implemented": {{(implemented is null ? "null" : $"\"{implemented}\"")}}, "date_removed": {{(removed is null ? "null" : $"\"{removed}\"")}}, "is_in_force": 1 }
        """;

    public const string CsvHeader =
        "Intervention ID,Intervention URL,State Act ID,State Act URL,State Act Title,GTA Evaluation,Implementing Jurisdictions,Implementation Level,Eligible Firm,Intervention Type,Mast Chapter,Affected Sectors,Affected Products,Affected Jurisdictions,Is Horizontal,Date Announced,Date Implemented,Date Removed,Is In Force";

    public const string CsvRow =
        "150002,https://www.globaltradealert.org/intervention/150002,90002,https://www.globaltradealert.org/state-act/90002,\"Indonesia: Export ban on nickel ore\",Red,Indonesia,National,all,Export ban,P,\"142\",\"260400\",\"China, Korea, Republic of\",0,2019-09-02,2020-01-01,,1";

    /// <summary>A ministry's list of announcements: links relative to it, the newest first, and others that are no announcements.</summary>
    public const string ChineseIndex = """
        <html><head><meta charset="gb2312"><title>政策发布</title></head><body><a href="/index.html">首页</a><ul>
        <li><a href="art/2026/art_2.html" title="x">商务部公告2026年第40号 公布暂停实施商务部公告2024年第46号第二款的决定</a> 2026-11-20</li>
        <li><a href='../zcfb/art/2026/art_1.html'>商务部 海关总署公告2026年第31号 公布对锑相关物项实施出口管制的决定</a> 2026-09-01</li>
        <li><a href="javascript:void(0)">更多</a></li></ul></body></html>
        """;

    /// <summary>An announcement that suspends a clause of an earlier one.</summary>
    public const string ChineseSuspension = """
        <html><head><meta charset="gb2312"><title>商务部公告2026年第40号 公布暂停实施商务部公告2024年第46号第二款的决定</title>
        <meta name="PubDate" content="2026-11-20"></head><body>
        <p>经国务院批准，决定自即日起至2027年11月27日，暂停实施商务部公告2024年第46号（关于加强相关两用物项对美国出口管制的公告）第二款。</p>
        </body></html>
        """;

    /// <summary>A page as a ministry would show it.</summary>
    public const string ChinesePage = """
        <html><head><title>商务部 海关总署公告2026年第31号 公布对锑相关物项实施出口管制的决定</title>
        <meta name="PubDate" content="2026-09-01"></head><body>
        <p>为维护国家安全和利益，经国务院批准，决定对下列物项实施出口管制：</p>
        <p>锑锭（参考海关商品编号：8110101000、8110102000）。</p>
        <p>本公告自2026年9月15日起正式实施。</p></body></html>
        """;
}
