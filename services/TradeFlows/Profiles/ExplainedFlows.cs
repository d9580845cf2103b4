using Chokepoint.Contracts;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Measures;
using Npgsql;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>Sets beside each broken flow the measures of its supplier that may explain the break, as they are known now.</summary>
internal static class ExplainedFlows
{
    public static async Task<IReadOnlyList<SupplyProfileChanged>> OfAsync(
        NpgsqlConnection connection, IReadOnlyList<SupplyProfileChanged> profiles, CancellationToken cancellationToken)
    {
        var suppliers = profiles.SelectMany(p => p.Flows ?? []).Where(f => f.Since is not null).Select(f => f.Supplier).ToHashSet(StringComparer.Ordinal);
        if (suppliers.Count == 0) return profiles;
        var measures = await MeasureStore.OfAsync(connection, suppliers, cancellationToken);
        return [.. profiles.Select(p => p with { Flows = p.Flows is null ? null : [.. p.Flows.Select(f => Explained(f, p, measures))] })];
    }

    private static SupplierFlow Explained(SupplierFlow flow, SupplyProfileChanged profile, IReadOnlyList<KnownMeasure> measures)
    {
        if (flow.Since is not { } since || !TradePeriod.TryParse(since, out var period)) return flow;
        var explaining = KnownMeasure.Explaining(measures, flow.Supplier, profile.Mineral, profile.Stage, profile.Importer, period);
        return flow with { Measures = [.. explaining.Select(x => new ExplainingMeasure(x.Clause.Issuer, x.Clause.DocumentNumber, x.Clause.Clause, x.Clause.Measure, x.Since))] };
    }
}
