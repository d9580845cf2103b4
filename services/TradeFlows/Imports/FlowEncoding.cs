using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>
/// Flows as they are sent to the staging table. Each column costs the database a twentieth of a microsecond a row, so those that are the
/// same in the whole file are left to the table's defaults.
/// </summary>
internal static class FlowEncoding
{
    private static readonly string[] Always = ["year", "period", "hs", "reporter", "partner", "net_kg", "value_usd", "line"];
    private static readonly string[] AsReported = [.. Always, "classification", "direction", "breakdown", "quantity", "quantity_unit", "estimated"];

    /// <param name="isReconciled">Both sides' reports made one, as in BACI: imports, in total, by weight and value alone, in one revision.</param>
    public static IReadOnlyList<string> Columns(bool isReconciled) => isReconciled ? Always : AsReported;

    /// <summary>Writes a row in the order of <see cref="Columns"/>.</summary>
    public static void Write(BinaryCopyBuffer buffer, in FlowRow row, bool isReconciled)
    {
        buffer.StartRow((short)Columns(isReconciled).Count);
        buffer.Write(row.Year);
        buffer.Write(row.Period);
        buffer.Write(row.Hs);
        buffer.Write(row.Reporter);
        buffer.Write(row.Partner);
        buffer.Write(row.NetKg);
        buffer.Write(row.ValueUsd);
        buffer.Write(TariffLine.Of(row.Hs, row.Reporter, row.Direction));
        if (isReconciled) return;
        buffer.Write(row.Classification);
        buffer.Write((short)row.Direction);
        buffer.Write(row.Breakdown);
        buffer.Write(row.Quantity);
        buffer.Write(row.QuantityUnit);
        buffer.Write(row.Estimated);
    }
}
