using System.Globalization;

namespace Chokepoint.TradeFlows.Tests;

/// <summary>Rows in the true shape of UN Comtrade's API v1, with figures made up here.</summary>
internal static class Samples
{
    public const string Header =
        "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,partnerCode,partnerISO,"
        + "partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,classificationSearchCode,isOriginalClassification,cmdCode,cmdDesc,"
        + "aggrLevel,isLeaf,customsCode,customsDesc,mosCode,motCode,motDesc,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,"
        + "altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,isNetWgtEstimated,grossWgt,isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,"
        + "legacyEstimationFlag,isReported,isAggregate";

    public static string Row(
        string hs, int partner, double? kg, double? usd, int reporter = 842, string period = "2023", string flow = "M", string transport = "0",
        string classification = "H6", string type = "C") =>
        string.Create(CultureInfo.InvariantCulture,
            $"{type},A,{period}0101,{period[..4]},52,{period},{reporter},,,{flow},,{partner},,,0,,,{classification},HS,True,{hs},,,,C00,,0,{transport},,8,,{kg},False,8,,{kg},False,{kg},False,0.0,False,{usd},0.0,{usd},0,True,False");

    public static string Csv(params IEnumerable<string> rows) => Header + "\r\n" + string.Join("\r\n", rows) + "\r\n";

    /// <summary>United States, 811292, 2023: 60 % China, 30 % Canada, 10 % of no listed partner.</summary>
    public static string Gallium { get; } = Csv(
        Row("811292", 0, 100_000, 20_000_000), Row("811292", 156, 60_000, 9_000_000), Row("811292", 124, 30_000, 8_000_000));
}
