namespace Chokepoint.ExportControls.Tests.Support;

/// <summary>Notices as announced, in the form of API.md.</summary>
internal static class RealNotices
{
    /// <summary>MOFCOM 2024 No. 46: clause 1 to military users, clause 2 on gallium, germanium, antimony to the United States.</summary>
    public const string China2024No46 = """
        { "issuer": "CHN", "authority": "MOFCOM", "documentNumber": "2024-46",
          "title": "关于加强相关两用物项对美国出口管制的公告", "language": "zh", "announcedOn": "2024-12-03",
          "sources": [{"url": "https://www.mofcom.gov.cn/2024-46", "kind": "primary"}], "confidence": "confirmed",
          "clauses": [
            { "number": "1", "measure": "prohibition", "minerals": ["all-dual-use"], "items": [], "destinations": ["USA"],
              "excludedDestinations": [], "endUse": "military", "effectiveFrom": "2024-12-03", "effectiveUntil": null, "stages": null },
            { "number": "2", "measure": "prohibition", "minerals": ["gallium", "germanium", "antimony"],
              "items": [{"controlCode": null, "hsCodes": ["811292"], "description": "gallium, germanium"}],
              "destinations": ["USA"], "excludedDestinations": [], "endUse": null,
              "effectiveFrom": "2024-12-03", "effectiveUntil": null, "stages": null }],
          "actions": [] }
        """;

    /// <summary>MOFCOM 2025 No. 72: suspends clause 2 of 2024-46 until and including 27 November 2026.</summary>
    public const string China2025No72 = """
        { "issuer": "CHN", "authority": "MOFCOM", "documentNumber": "2025-72",
          "title": "关于暂停实施2024年第46号公告第二款的公告", "language": "zh", "announcedOn": "2025-11-09",
          "sources": [{"url": "https://www.mofcom.gov.cn/2025-72", "kind": "primary"}], "confidence": "confirmed", "clauses": [],
          "actions": [{ "action": "suspend", "target": {"issuer": "CHN", "documentNumber": "2024-46", "clause": "2"},
            "from": "2025-11-09", "until": "2026-11-27" }] }
        """;

    /// <summary>MOFCOM 2023 No. 23: licences for gallium and germanium, to every destination.</summary>
    public const string China2023No23 = """
        { "issuer": "CHN", "authority": "MOFCOM, GACC", "documentNumber": "2023-23", "title": "关于对镓、锗相关物项实施出口管制的公告",
          "language": "zh", "announcedOn": "2023-07-03", "sources": [{"url": "https://www.mofcom.gov.cn/2023-23", "kind": "primary"}],
          "confidence": "confirmed",
          "clauses": [{ "number": "1", "measure": "licensing", "minerals": ["gallium", "germanium"],
            "items": [{"controlCode": null, "hsCodes": ["8112929010"], "description": "金属镓（单质）"}],
            "effectiveFrom": "2023-08-01" }] }
        """;

    /// <summary>MOFCOM 2025 No. 57: licences for five rare earths; suspended before effect by 2025 No. 70.</summary>
    public const string China2025No57 = """
        { "issuer": "CHN", "authority": "MOFCOM, GACC", "documentNumber": "2025-57", "title": "对部分中重稀土相关物项实施出口管制",
          "announcedOn": "2025-10-09", "sources": [], "confidence": "confirmed",
          "clauses": [{ "number": "1", "measure": "licensing", "minerals": ["holmium", "erbium", "thulium", "europium", "ytterbium"],
            "items": [{"controlCode": "1C909.a-c", "hsCodes": ["28053019"], "description": null}], "effectiveFrom": "2025-11-08" }] }
        """;

    public const string China2025No70 = """
        { "issuer": "CHN", "authority": "MOFCOM, GACC", "documentNumber": "2025-70", "title": "暂停实施2025年第57号等公告",
          "announcedOn": "2025-11-07", "sources": [], "confidence": "confirmed",
          "actions": [{ "action": "suspend", "target": {"issuer": "CHN", "documentNumber": "2025-57"}, "from": "2025-11-07", "until": "2026-11-10" }] }
        """;

    /// <summary>A European ban to Russia: the issuer is a union, the destination one country.</summary>
    public const string EuropeToRussia = """
        { "issuer": "EU27", "documentNumber": "2022-9th", "title": "Ninth package", "announcedOn": "2022-12-16", "confidence": "confirmed",
          "clauses": [{ "number": "1", "measure": "prohibition", "minerals": ["cobalt", "lithium", "nickel"], "destinations": ["RUS"],
            "effectiveFrom": "2022-12-17" }] }
        """;

    /// <summary>Made up: to the European Union alone, Germany's neighbour Austria left out.</summary>
    public const string ChinaToEurope = """
        { "issuer": "CHN", "documentNumber": "made-up-1", "title": "To the Union", "announcedOn": "2025-01-01", "confidence": "confirmed",
          "clauses": [{ "number": "1", "measure": "quota", "minerals": ["rare-earths"], "destinations": ["EU27"], "excludedDestinations": ["AUT"],
            "effectiveFrom": "2025-01-01", "quota": {"volume": 400, "baseline": 1000, "unit": "t"} }] }
        """;
}
