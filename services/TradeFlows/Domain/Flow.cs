using System.Globalization;
using System.Runtime.InteropServices;

namespace Chokepoint.TradeFlows.Domain;

/// <summary>Which way a flow is reported. Numbers are stored; names are UN Comtrade's.</summary>
internal enum FlowDirection : short
{
    Import = 1,
    Export = 2,
    ReImport = 3,
    ReExport = 4,

    /// <summary>Parts of the above (domestic export, foreign import, processing), kept and never added to them.</summary>
    DomesticExport = 5,
    ForeignImport = 6,
    ImportForInwardProcessing = 7,
    ImportAfterOutwardProcessing = 8,
    ExportAfterInwardProcessing = 9,
    ExportForOutwardProcessing = 10,
}

/// <summary>
/// One reported flow. <see cref="Reporter"/> and <see cref="Partner"/> are UN Comtrade's numbers, which are not always the ISO ones;
/// partner 0 is the world.
/// </summary>
/// <param name="Breakdown">Empty for the total over customs procedures, modes of transport and second partners, else which part it is.</param>
/// <param name="NetKg">Net weight in kilograms; null where not reported, which is not zero.</param>
/// <param name="ValueUsd">Current US dollars; imports usually CIF, exports FOB.</param>
/// <param name="Estimated">The net weight is the statistical office's estimate.</param>
/// <param name="Classification">Revision of the Harmonized System: 6 is HS 2022; 0 where the source does not say.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FlowRow(
    int Period, string Hs, short Reporter, FlowDirection Direction, short Partner, string Breakdown, double? Quantity, short? QuantityUnit,
    double? NetKg, double? ValueUsd, bool Estimated, short Classification)
{
    public short Year => (short)(Period / 100);
}

/// <summary>A year or a month as a number that sorts: 202300 is the year 2023, 202311 its November.</summary>
internal static class TradePeriod
{
    public static int OfYear(int year) => year * 100;

    public static int OfMonth(int year, int month) => year * 100 + month;

    public static bool IsYear(int period) => period % 100 == 0;

    /// <summary><c>2023</c> or <c>2023-11</c>.</summary>
    public static string Name(int period) => IsYear(period)
        ? (period / 100).ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{period / 100:0000}-{period % 100:00}");

    /// <summary>Reads <c>2023</c>, <c>2023-11</c> and Comtrade's <c>202311</c>; false for anything else.</summary>
    public static bool TryParse(string text, out int period)
    {
        period = 0;
        var digits = text.Length == 7 && text[4] == '-' ? text.Remove(4, 1) : text;
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        (var valid, period) = digits.Length switch
        {
            4 => (true, number * 100),
            6 => (number % 100 is >= 1 and <= 12, number),
            _ => (false, 0),
        };
        return valid;
    }

    public static DateOnly FirstDay(int period) => new(period / 100, Math.Max(period % 100, 1), 1);
}
