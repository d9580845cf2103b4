using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Measures;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Chokepoint.TradeFlows.Collapses;

/// <summary>A clause that came into force in the month of a collapse or in the half year before it.</summary>
internal sealed record MeasureView(
    Guid NoticeId, string Issuer, string DocumentNumber, string Clause, Measure Measure, DateOnly InForceSince, Confidence Confidence,
    IReadOnlyList<SourceReference> Sources);

/// <summary>A collapse of an exporter's shipments under a code that carries one mineral.</summary>
/// <param name="Measures">What may explain it, the latest first; empty when nothing known does.</param>
internal sealed record CollapseView(
    string Source, string Exporter, string Hs, string Mineral, string Period, double NetWeightKg, double BaselineKg, double Fall, string? RecoveredIn,
    IReadOnlyList<MeasureView> Measures);

/// <summary>Where a collapse stands in the list.</summary>
internal sealed record CollapsePosition(string Period, string Source, string Hs)
{
    public static CollapsePosition Of(CollapseView collapse) => new(collapse.Period, collapse.Source, collapse.Hs);

    public bool IsBefore(CollapsePosition other) =>
        (string.CompareOrdinal(other.Period, Period), string.CompareOrdinal(Source, other.Source), string.CompareOrdinal(Hs, other.Hs)).CompareTo((0, 0, 0)) < 0;
}

/// <summary>
/// <c>GET /collapses</c>: an exporter's monthly shipments that fell out of their own noise. Only codes that carry one mineral are looked
/// at: what falls under a basket cannot be said to be any one of its metals.
/// </summary>
internal static class CollapsesEndpoint
{
    /// <summary>Codes that carry one mineral, and that mineral.</summary>
    private static readonly Dictionary<string, string> Codes = TradedCodes.All.Where(c => !TradedCodes.IsBasket(c.Hs6))
        .ToDictionary(c => c.Hs6, c => c.Mineral, StringComparer.Ordinal);

    /// <summary>The part of a month's value that partners without a weight, or not listed, may have, before the weight of all is unknown.</summary>
    private const string MostUnweighed = "0.05";

    public static void MapCollapses(this IEndpointRouteBuilder trade) => trade.MapGet("/collapses", GetAsync).WithTags("Collapses").WithName("ListCollapses")
        .WithSummary("An exporter's flows that fell out of their own noise, dated to the month, when they came back, and the measure that may explain it. Basket codes make no claim.");

    private static async Task<Results<Ok<Page<CollapseView>>, ProblemHttpResult>> GetAsync(
        string? exporter, PageRequest page, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (exporter is null || !TradeAreas.TryGetNumber(exporter, out var number))
            return Problems.Invalid("/exporter", "exporter must be an economy's ISO 3166-1 alpha-3 code or EU27.");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var measures = await MeasureStore.OfAsync(connection, [exporter], cancellationToken);
        var series = await SeriesAsync(connection, number, cancellationToken);
        var found = series
            .SelectMany(s => CollapseFinder.In(s.Value).Select(c => new CollapseView(
                s.Key.Source, exporter, s.Key.Hs, Codes[s.Key.Hs], TradePeriod.Name(c.Period), c.NetKg, c.BaselineKg, c.Fall,
                c.RecoveredIn is { } month ? TradePeriod.Name(month) : null, Explaining(measures, exporter, s.Key.Hs, c.Period))))
            .OrderByDescending(c => c.Period, StringComparer.Ordinal).ThenBy(c => c.Source, StringComparer.Ordinal).ThenBy(c => c.Hs, StringComparer.Ordinal);
        var after = page.After<CollapsePosition>();
        return TypedResults.Ok(Page.From([.. found.Where(c => after is null || after.IsBefore(CollapsePosition.Of(c))).Take(page.Take)], page, CollapsePosition.Of));
    }

    /// <summary>
    /// By source and code, the months whose weight is known: as the reporter states it over all partners; else the sum of its partners',
    /// where those without a weight, or not listed, are little of the month's value. From the first flow on, a month that it reported
    /// without one is none; one without a total where most have one is of some partners, and unknown.
    /// </summary>
    private static async Task<Dictionary<(string Source, string Hs), List<MonthlyFlow>>> SeriesAsync(
        NpgsqlConnection connection, short exporter, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH listed AS (
                SELECT f.source, f.hs, f.period, count(*) FILTER (WHERE partner = {TradeAreas.World}) AS totals,
                    sum(f.net_kg) FILTER (WHERE partner = {TradeAreas.World}) AS stated,
                    sum(f.net_kg) FILTER (WHERE {TradeAreas.IsPartner}) AS kg,
                    coalesce(bool_and(f.net_kg IS NOT NULL OR f.value_usd IS NOT NULL) FILTER (WHERE {TradeAreas.IsPartner}), false) AS told,
                    coalesce(sum(f.value_usd) FILTER (WHERE {TradeAreas.IsPartner} AND f.net_kg IS NOT NULL), 0) AS weighed,
                    coalesce(sum(f.value_usd) FILTER (WHERE partner = {TradeAreas.World}), sum(f.value_usd) FILTER (WHERE {TradeAreas.IsPartner}), 0) AS usd
                FROM flows f WHERE f.line = ANY($1) AND f.breakdown = '' AND f.period % 100 > 0
                GROUP BY f.source, f.hs, f.period),
            months AS (SELECT *, 2 * sum(totals) OVER line > count(*) OVER line AS states_totals FROM listed WINDOW line AS (PARTITION BY source, hs)),
            reported AS (
                SELECT r.source, r.hs, r.period FROM reported_months r
                WHERE r.hs = ANY($2) AND r.reporter = $3 AND r.direction = {(short)FlowDirection.Export}
                    AND r.period > (SELECT min(m.period) FROM months m WHERE (m.source, m.hs) = (r.source, r.hs)))
            SELECT s.name, hs, period, CASE
                WHEN m.period IS NULL THEN 0
                WHEN stated IS NOT NULL THEN stated
                WHEN told AND usd - weighed <= {MostUnweighed} * usd AND (totals > 0 OR NOT states_totals) THEN kg END AS kg
            FROM months m FULL JOIN reported USING (source, hs, period) JOIN sources s ON s.id = source
            ORDER BY s.name, hs, period
            """, connection)
        {
            Parameters =
            {
                new() { Value = TariffLine.All(Codes.Keys, [exporter], FlowDirection.Export) }, new() { Value = Codes.Keys.ToArray() }, new() { Value = exporter },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var series = new Dictionary<(string Source, string Hs), List<MonthlyFlow>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(3)) continue;
            var key = (reader.GetString(0), reader.GetString(1));
            if (!series.TryGetValue(key, out var months)) series[key] = months = [];
            months.Add(new MonthlyFlow(reader.GetInt32(2), reader.GetDouble(3)));
        }
        return series;
    }

    private static List<MeasureView> Explaining(IReadOnlyList<KnownMeasure> measures, string exporter, string hs, int period) =>
    [
        .. KnownMeasure.Explaining(measures, exporter, Codes[hs], HsCodes.StageOf(hs), importer: null, period).Select(x => new MeasureView(
            x.Clause.NoticeId, x.Clause.Issuer, x.Clause.DocumentNumber, x.Clause.Clause, x.Clause.Measure, x.Since, x.Clause.Confidence, x.Clause.Sources)),
    ];
}
