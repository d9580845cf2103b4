using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>The fields of a UN Comtrade row that the platform uses, as read; reused from row to row.</summary>
internal sealed class ComtradeRecord
{
    public string Type { get; set; } = "";
    public string Period { get; set; } = "";
    public string Commodity { get; set; } = "";
    public string Classification { get; set; } = "";
    public string Flow { get; set; } = "";
    public string Customs { get; set; } = "";
    public string Transport { get; set; } = "";
    public string Supply { get; set; } = "";
    public int? Reporter { get; set; }
    public int? Partner { get; set; }
    public int? SecondPartner { get; set; }
    public int? QuantityUnit { get; set; }
    public double? Quantity { get; set; }
    public double? NetWeight { get; set; }
    public double? Value { get; set; }
    public bool Estimated { get; set; }
}

/// <summary>Which rows of UN Comtrade are taken as flows, and why the others are not.</summary>
internal static class ComtradeChecks
{
    /// <summary>Larger than the world's trade in a year, in dollars, or its mass, in kilograms: a figure of another column.</summary>
    private const double Absurd = 1e15;

    private const int FirstYear = 1962; // UN Comtrade begins here

    private static readonly Dictionary<string, FlowDirection> Directions = new(StringComparer.Ordinal)
    {
        ["M"] = FlowDirection.Import, ["X"] = FlowDirection.Export, ["RM"] = FlowDirection.ReImport, ["RX"] = FlowDirection.ReExport,
        ["DX"] = FlowDirection.DomesticExport, ["FM"] = FlowDirection.ForeignImport,
        ["MIP"] = FlowDirection.ImportForInwardProcessing, ["MOP"] = FlowDirection.ImportAfterOutwardProcessing,
        ["XIP"] = FlowDirection.ExportAfterInwardProcessing, ["XOP"] = FlowDirection.ExportForOutwardProcessing,
    };

    /// <summary>True when a field cannot be what its column is called: many of these in a row mean that the columns are shifted.</summary>
    public static bool IsMisplaced(ComtradeRecord record) =>
        record.Reporter is null || record.Partner is null || !TradePeriod.TryParse(record.Period, out _) || !IsCommodity(record.Commodity)
        || !Directions.ContainsKey(record.Flow);

    /// <summary>Null when the row is taken, else why it is not.</summary>
    public static string? Check(ComtradeRecord record, DateOnly today, out FlowRow row)
    {
        row = default;
        if (record.Type.Length > 0 && record.Type != "C") return $"typeCode is {Shown(record.Type)}; only goods (C) are taken.";
        if (!TradePeriod.TryParse(record.Period, out var period)) return $"period is {Shown(record.Period)}, neither a year nor a month.";
        if (period / 100 < FirstYear) return $"period {record.Period} is before {FirstYear}.";
        if (TradePeriod.FirstDay(period) > today) return $"period {record.Period} is in the future.";
        if (!Directions.TryGetValue(record.Flow, out var direction)) return $"flowCode {Shown(record.Flow)} is unknown.";
        if (!IsCommodity(record.Commodity)) return $"cmdCode {Shown(record.Commodity)} is no code of the Harmonized System.";
        if (Revision(record.Classification) is not { } revision)
            return $"classificationCode {Shown(record.Classification)} is not the Harmonized System.";
        if (!IsCode(record.Customs)) return $"customsCode {Shown(record.Customs)} is no code.";
        if (!IsCode(record.Supply)) return $"mosCode {Shown(record.Supply)} is no code.";
        if (!IsCode(record.Transport)) return $"motCode {Shown(record.Transport)} is no code.";
        if (record.Reporter is not { } reporter || !TradeAreas.TryGetKind(reporter = TradeAreas.Read(reporter), out var kind) || kind is AreaKind.World)
            return $"reporterCode {record.Reporter} is unknown.";
        if (kind is AreaKind.Group && reporter != TradeAreas.EuropeanUnion) return $"reporterCode {reporter} is a group of economies.";
        if (record.Partner is not { } partner || !TradeAreas.TryGetKind(partner = TradeAreas.Read(partner), out _)) return $"partnerCode {record.Partner} is unknown.";
        if (Amount("netWgt", record.NetWeight) is { } weight) return weight;
        if (Amount("qty", record.Quantity) is { } quantity) return quantity;
        if (Amount("primaryValue", record.Value) is { } value) return value;
        row = new FlowRow(
            period, record.Commodity, (short)reporter, direction, (short)partner, Breakdown(record), Reported(record.Quantity, record),
            record.QuantityUnit is > 0 and <= short.MaxValue ? (short)record.QuantityUnit : null, Reported(record.NetWeight, record),
            record.Value, record.Estimated, revision);
        return null;
    }

    private static string? Amount(string column, double? amount) => amount switch
    {
        null => null,
        { } x when !double.IsFinite(x) => $"{column} is not a number.",
        < 0 => $"{column} is negative.",
        >= Absurd => $"{column} is absurdly large.",
        _ => null,
    };

    /// <summary>UN Comtrade writes an unknown weight as 0 where there is a value; goods worth something weigh something.</summary>
    private static double? Reported(double? amount, ComtradeRecord record) => amount is 0 && record.Value > 0 ? null : amount;

    private static bool IsCommodity(string code) =>
        code is "TOTAL" || (code.Length is 2 or 4 or 6 && code.All(char.IsAsciiDigit)) || code is "AG2" or "AG4" or "AG6";

    /// <summary>UN Comtrade's are of a few letters and digits; what is stored must not be whatever a damaged file holds.</summary>
    private static bool IsCode(string code) => code.Length <= 10 && code.All(char.IsAsciiLetterOrDigit);

    private static short? Revision(string classification) => classification switch
    {
        "" or "HS" => 0,
        ['H', >= '0' and <= '9' and var revision] => (short)(revision - '0'),
        _ => null,
    };

    /// <summary>Empty for the total over procedures, modes and second partners, which profiles are taken from.</summary>
    private static string Breakdown(ComtradeRecord record) =>
        record.Customs is "" or "C00" && record.Transport is "" or "0" && record.Supply is "" or "0" && record.SecondPartner is null or 0
            ? ""
            : $"{record.Customs}/{record.Transport}/{record.Supply}/{record.SecondPartner}";

    private static string Shown(string text) => text.Length <= 20 ? $"'{text}'" : $"'{text[..20]}…'";
}
