using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;
using Chokepoint.TradeFlows.Domain;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Chokepoint.TradeFlows.Collapses;

/// <summary>A collapse of an exporter's shipments under a code that carries one mineral.</summary>
internal sealed record CollapseView(
    string Source, string Exporter, string Hs, string Mineral, string Period, double NetWeightKg, double BaselineKg, double Fall, string? RecoveredIn);

internal sealed record CollapseList(IReadOnlyList<CollapseView> Items, string? NextCursor);

/// <summary>
/// <c>GET /collapses</c>: an exporter's monthly shipments that fell out of their own noise. Only codes that carry one mineral are looked
/// at: what falls under a basket cannot be said to be any one of its metals.
/// </summary>
internal static class CollapsesEndpoint
{
    public static void MapCollapses(this IEndpointRouteBuilder trade) => trade.MapGet("/collapses", GetAsync).WithTags("Collapses").WithName("ListCollapses")
        .WithSummary("An exporter's flows that fell out of their own noise, dated to the month, and when they came back. Basket codes make no claim.");

    private static async Task<Results<Ok<CollapseList>, ProblemHttpResult>> GetAsync(
        string? exporter, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (exporter is null || !TradeAreas.TryGetNumber(exporter, out var number))
            return Problems.Invalid("/exporter", "exporter must be an economy's ISO 3166-1 alpha-3 code or EU27.");
        var codes = HsCodes.All.GroupBy(c => c.Hs6, StringComparer.Ordinal).Where(g => g.Count() == 1 && !g.First().IsBasket)
            .ToDictionary(g => g.Key, g => g.First().Mineral, StringComparer.Ordinal);
        await using var command = database.CreateCommand(
            $"""
            SELECT s.name, f.hs, f.period,
                coalesce(sum(f.net_kg) FILTER (WHERE f.partner = {TradeAreas.World}), sum(f.net_kg) FILTER (WHERE f.partner <> {TradeAreas.EuropeanUnion})) AS kg
            FROM flows f JOIN sources s ON s.id = f.source
            WHERE f.hs = ANY($1) AND f.reporter = $2 AND f.direction = {(short)FlowDirection.Export} AND f.breakdown = '' AND f.period % 100 > 0
            GROUP BY s.name, f.hs, f.period HAVING bool_and(f.net_kg IS NOT NULL) ORDER BY s.name, f.hs, f.period
            """);
        command.Parameters.AddWithValue(codes.Keys.ToArray());
        command.Parameters.AddWithValue(number);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var series = new Dictionary<(string Source, string Hs), List<MonthlyFlow>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = (reader.GetString(0), reader.GetString(1));
            if (!series.TryGetValue(key, out var months)) series[key] = months = [];
            months.Add(new MonthlyFlow(reader.GetInt32(2), reader.GetDouble(3)));
        }
        var found = series
            .SelectMany(s => CollapseFinder.In(s.Value).Select(c => new CollapseView(
                s.Key.Source, exporter, s.Key.Hs, codes[s.Key.Hs], TradePeriod.Name(c.Period), c.NetKg, c.BaselineKg, c.Fall,
                c.RecoveredIn is { } month ? TradePeriod.Name(month) : null)))
            .OrderByDescending(c => c.Period, StringComparer.Ordinal).ToList();
        return TypedResults.Ok(new CollapseList(found, null));
    }
}
