using System.Globalization;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Observed;

/// <summary>Prices and flows in words, each with its source.</summary>
internal static class SignalWords
{
    /// <summary>The market factor's evidence.</summary>
    public static Evidence Of(PriceReading price, LiveMethod method)
    {
        var z = price.RobustZ!.Value;
        var moved = price.MonthReturn is { } r ? $", {Number(100 * (Math.Exp(r) - 1))} % within a month" : "";
        return new Evidence(
            "price-signal", $"{price.Series}: z {Number(z)} on {price.AsOf:yyyy-MM-dd}{moved}", null, Math.Round(z, 4), price.Source, $"{price.AsOf:yyyy-MM-dd}",
            z <= method.MarketFromZ ? "within its usual moves" : null);
    }

    /// <summary>Flows of a stage: those that trade counts, or those of controlled suppliers, whose fall is their severity where it is the larger.</summary>
    public static IEnumerable<Evidence> Of(PairSignals signals, StageScore stage, bool controlled)
    {
        for (var i = 0; i < stage.Supply.Suppliers.Count; i++)
        {
            var supplier = stage.Supply.Suppliers[i].Economy;
            if (stage.IsControlled(i) != controlled || !signals.Flows.TryGetValue(stage.Stage, out var flows) || !flows.TryGetValue(supplier, out var flow)) continue;
            // Of controls only what was taken in place of the prior is evidence.
            if (controlled && !stage.IsObserved(i)) continue;
            yield return new Evidence(
                "trade-flow", Of(flow), supplier, Math.Round(flow.Flow.Fall, 4), flow.Of.Source, flow.Of.Period,
                controlled ? "fell further than the measure's prior: the fall is the severity" : null);
        }
    }

    /// <summary><c>CHN to USA, 2023-12: 93.3 % below 40,500 t, since 2023-12</c>.</summary>
    public static string Of(FlowReading reading)
    {
        var (flow, of) = (reading.Flow, reading.Of);
        var lane = $"{flow.Supplier} to {of.Importer}, {of.Period}";
        return flow.Fall > 0
            ? $"{lane}: {Number(100 * flow.Fall)} % below the {Tonnes(flow.BaselineKg)} of before{(flow.Since is { } since ? $", since {since}" : "")}"
            : $"{lane}: {Tonnes(flow.NetKg)}, within its noise";
    }

    public static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    private static string Tonnes(double kilograms) => $"{Math.Round(kilograms / 1000, 1).ToString(CultureInfo.InvariantCulture)} t";
}
