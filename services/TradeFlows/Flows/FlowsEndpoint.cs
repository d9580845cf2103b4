using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;
using Chokepoint.TradeFlows.Domain;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.TradeFlows.Flows;

/// <summary>
/// A flow as reported. <paramref name="Reporter"/> reported it in <paramref name="Direction"/>; the world is <c>WLD</c>, a partner that
/// is no named economy its number. <paramref name="Breakdown"/> is null for the total.
/// </summary>
internal sealed record FlowView(
    string Source, string Period, string Reporter, string Direction, string Exporter, string Importer, string Hs, IReadOnlyList<string> Minerals,
    bool IsBasket, double? NetWeightKg, bool NetWeightIsEstimated, double? ValueUsd, double? Quantity, int? QuantityUnit, string? Classification,
    string? Breakdown, long ImportNo);

/// <summary>Where a flow stands in the list: its natural key.</summary>
internal sealed record FlowPosition(short Source, short Year, long Line, short Partner, int Period, string Breakdown)
{
    public static FlowPosition Start { get; } = new(-1, -1, -1, -1, -1, "");
}

/// <summary><c>GET /flows</c>: the flows themselves, as every source reports them.</summary>
internal static class FlowsEndpoint
{
    public static void MapFlows(this IEndpointRouteBuilder trade) => trade.MapGet("/flows", GetAsync).WithTags("Flows").WithName("ListTradeFlows")
        .WithSummary("Reported flows by importer, exporter, mineral or code, and period; both sides' reports of the same trade stay apart.");

    private static async Task<Results<Ok<Page<FlowView>>, ProblemHttpResult>> GetAsync(
        string? importer, string? exporter, string? mineral, string? hs, string? from, string? to, PageRequest page,
        NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var buyer = AreaOf(importer, "/importer", errors);
        var seller = AreaOf(exporter, "/exporter", errors);
        var codes = CodesOf(mineral, hs, errors);
        var first = PeriodOf(from, "/from", 0, errors);
        var last = PeriodOf(to, "/to", int.MaxValue, errors);
        if (last != int.MaxValue && TradePeriod.IsYear(last)) last += 99; // a year includes its months
        if (errors.Count > 0) return Problems.Invalid(errors);

        var after = page.After<FlowPosition>() ?? FlowPosition.Start;
        await using var command = database.CreateCommand(
            $"""
            SELECT s.name, f.period, f.reporter, f.direction, f.partner, f.hs, f.net_kg, f.estimated, f.value_usd, f.quantity, f.quantity_unit,
                f.classification, f.breakdown, f.import_no, f.source, f.line
            FROM flows f JOIN sources s ON s.id = f.source
            WHERE {TariffLine.IsOf(codes!)} AND f.period BETWEEN $1 AND $2 AND f.year BETWEEN $1 / 100 AND $2 / 100
                AND ($3::smallint IS NULL OR (f.direction = 1 AND f.reporter = $3) OR (f.direction = 2 AND f.partner = $3))
                AND ($4::smallint IS NULL OR (f.direction = 2 AND f.reporter = $4) OR (f.direction = 1 AND f.partner = $4))
                AND (f.source, f.year, f.line, f.partner, f.period, f.breakdown) > ($5::smallint, $6::smallint, $7, $8::smallint, $9, $10)
            ORDER BY f.source, f.year, f.line, f.partner, f.period, f.breakdown LIMIT $11
            """);
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = last });
        command.Parameters.Add(new() { Value = (object?)buyer ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
        command.Parameters.Add(new() { Value = (object?)seller ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
        foreach (var value in (object[])[after.Source, after.Year, after.Line, after.Partner, after.Period, after.Breakdown])
            command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(new() { Value = page.Take });

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var flows = new List<(FlowPosition Position, FlowView View)>();
        while (await reader.ReadAsync(cancellationToken)) flows.Add((PositionOf(reader), View(reader)));
        var part = Page.From(flows, page, flow => flow.Position);
        return TypedResults.Ok(new Page<FlowView>([.. part.Items.Select(flow => flow.View)], part.NextCursor));
    }

    private static FlowView View(NpgsqlDataReader row)
    {
        var (reporter, direction, partner, hs) = (row.GetInt16(2), (FlowDirection)row.GetInt16(3), row.GetInt16(4), row.GetString(5));
        var inward = direction is FlowDirection.Import or FlowDirection.ReImport or FlowDirection.ForeignImport
            or FlowDirection.ImportForInwardProcessing or FlowDirection.ImportAfterOutwardProcessing;
        var (importer, exporter) = inward ? (reporter, partner) : (partner, reporter);
        var codes = TradedCodes.Of(hs);
        return new FlowView(
            row.GetString(0), TradePeriod.Name(row.GetInt32(1)), TradeAreas.NameOf(reporter), NameOf(direction), TradeAreas.NameOf(exporter),
            TradeAreas.NameOf(importer), hs, [.. codes.Select(c => c.Mineral)], TradedCodes.IsBasket(hs),
            row.NumberOrNull(6), row.GetBoolean(7), row.NumberOrNull(8), row.NumberOrNull(9), row.IsDBNull(10) ? null : row.GetInt16(10),
            row.GetInt16(11) is > 0 and var revision ? $"H{revision}" : null, row.GetString(12) is { Length: > 0 } part ? part : null, row.GetInt32(13));
    }

    private static string NameOf(FlowDirection direction) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(direction.ToString());

    private static short? AreaOf(string? code, string pointer, Dictionary<string, string[]> errors)
    {
        if (code is null) return null;
        if (code == "WLD") return TradeAreas.World;
        if (TradeAreas.TryGetNumber(code, out var number)) return number;
        errors[pointer] = [$"{pointer[1..]} must be an economy's ISO 3166-1 alpha-3 code, EU27, or WLD for the world."];
        return null;
    }

    private static string[]? CodesOf(string? mineral, string? hs, Dictionary<string, string[]> errors)
    {
        if (mineral is not null && !Minerals.TryGet(mineral, out _)) errors["/mineral"] = ["mineral must be the slug of a known mineral."];
        if (hs is not null && !(hs.Length is 2 or 4 or 6 && hs.All(char.IsAsciiDigit))) errors["/hs"] = ["hs must be 2, 4 or 6 digits."];
        if (mineral is null && hs is null)
        {
            errors["/mineral"] = ["mineral or hs is needed: without either, the question is for everything."];
            return null;
        }
        if (mineral is null) return [hs!];
        return [.. TradedCodes.OfMineral(mineral).Select(c => c.Hs6).Where(code => hs is null || code.StartsWith(hs, StringComparison.Ordinal))];
    }

    private static int PeriodOf(string? text, string pointer, int none, Dictionary<string, string[]> errors)
    {
        if (text is null) return none;
        if (TradePeriod.TryParse(text, out var period)) return period;
        errors[pointer] = [$"{pointer[1..]} must be a year or a month, as 2023 or 2023-11."];
        return none;
    }

    private static FlowPosition PositionOf(NpgsqlDataReader row) => new(
        row.GetInt16(14), (short)(row.GetInt32(1) / 100), row.GetInt64(15), row.GetInt16(4), row.GetInt32(1), row.GetString(12));
}
