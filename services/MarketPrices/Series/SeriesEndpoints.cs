using Chokepoint.MarketPrices.Domain;
using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.MarketPrices.Series;

/// <summary>A price with the day that stands for its period; per kilogram where the unit is one of mass.</summary>
internal sealed record PriceView(DateOnly Date, double Value, double? PerKilogram);

internal sealed record SeriesView(
    Guid Id, string Mineral, string Form, string Unit, string Currency, string Source, Frequency Frequency, DateOnly? First, PriceView? Latest);

/// <summary>An observation with the vintage it is of. <paramref name="IsCurrent"/> is false for one that a later vintage replaced.</summary>
internal sealed record ObservationView(DateOnly Date, double Value, double? PerKilogram, DateOnly Vintage, DateTimeOffset RecordedAt, bool IsCurrent);

/// <summary><c>GET /series</c> and <c>GET /series/{id}/observations</c>.</summary>
internal static class SeriesEndpoints
{
    public static void MapSeries(this IEndpointRouteBuilder prices)
    {
        var series = prices.MapGroup("/series").WithTags("Series");
        series.MapGet("/", ListAsync).WithName("ListPriceSeries").WithSummary("Price series, of one mineral or all, each with its newest price.");
        series.MapGet("/{id:guid}/observations", ObservationsAsync).WithName("ListPriceObservations")
            .WithSummary("A series' prices by date: as known now, as known on a day (knownOn), or every vintage (vintages=true).");
    }

    private static async Task<Results<Ok<Page<SeriesView>>, ProblemHttpResult>> ListAsync(
        string? mineral, PageRequest page, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (mineral is not null && !Minerals.TryGet(mineral, out _))
            return Problems.Invalid("/mineral", "mineral must be the slug of a known mineral.");
        await using var command = database.CreateCommand(
            """
            SELECT s.no, s.id, s.mineral, s.form, s.unit, s.currency, s.source, s.frequency, f.date, l.date, l.value
            FROM series s
            JOIN LATERAL (SELECT min(year) AS first, max(year) AS last FROM observation_years WHERE series_no = s.no) y ON true
            JOIN LATERAL (SELECT date FROM observations WHERE series_no = s.no AND year = y.first ORDER BY date LIMIT 1) f ON true
            JOIN LATERAL (SELECT date, value FROM observations WHERE series_no = s.no AND year = y.last ORDER BY date DESC LIMIT 1) l ON true
            WHERE ($1::text IS NULL OR s.mineral = $1) AND s.no > $2 ORDER BY s.no LIMIT $3
            """);
        command.Parameters.Add(new() { Value = (object?)mineral ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = page.After<int>() });
        command.Parameters.Add(new() { Value = page.Take });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(int No, SeriesView View)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var unit = reader.GetString(4);
            PriceView? latest = reader.IsDBNull(9)
                ? null
                : new(reader.GetFieldValue<DateOnly>(9), reader.GetDouble(10), Units.PerKilogram(reader.GetDouble(10), unit));
            found.Add((reader.GetInt32(0), new SeriesView(
                reader.GetGuid(1), reader.GetString(2), reader.GetString(3), unit, reader.GetString(5), reader.GetString(6),
                (Frequency)reader.GetInt16(7), reader.IsDBNull(8) ? null : reader.GetFieldValue<DateOnly>(8), latest)));
        }
        var part = Page.From(found, page, s => s.No);
        return TypedResults.Ok(new Page<SeriesView>([.. part.Items.Select(s => s.View)], part.NextCursor));
    }

    private static async Task<Results<Ok<Page<ObservationView>>, ProblemHttpResult>> ObservationsAsync(
        Guid id, DateOnly? from, DateOnly? to, DateOnly? knownOn, bool? vintages, PageRequest page, NpgsqlDataSource database,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await FindAsync(connection, id, cancellationToken) is not var (no, unit)) return Problems.NotFound($"There is no series {id}.");
        if (from > to) return Problems.Invalid("/to", "to must not be before from.");
        var start = page.After<ObservationPosition>() ?? ObservationPosition.Start;
        await using var command = new NpgsqlCommand(SqlFor(knownOn, vintages is true), connection);
        // A page begins where the last ended: the years before it need not be read again.
        var (first, last) = (from > start.Date ? from.Value : start.Date, to ?? DateOnly.MaxValue);
        command.Parameters.Add(new() { Value = no });
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = last });
        command.Parameters.Add(new() { Value = knownOn ?? DateOnly.MaxValue });
        command.Parameters.Add(new() { Value = start.Date });
        command.Parameters.Add(new() { Value = start.Vintage });
        command.Parameters.Add(new() { Value = start.BatchNo });
        command.Parameters.Add(new() { Value = page.Take });
        command.Parameters.Add(new() { Value = (short)first.Year });
        command.Parameters.Add(new() { Value = (short)last.Year });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(ObservationPosition Position, ObservationView View)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (date, value, vintage) = (reader.GetFieldValue<DateOnly>(0), reader.GetDouble(1), reader.GetFieldValue<DateOnly>(2));
            found.Add((
                new ObservationPosition(date, vintage, reader.GetInt64(4)),
                new ObservationView(date, value, Units.PerKilogram(value, unit), vintage, reader.GetFieldValue<DateTimeOffset>(3), reader.GetBoolean(5))));
        }
        var part = Page.From(found, page, o => o.Position);
        return TypedResults.Ok(new Page<ObservationView>([.. part.Items.Select(o => o.View)], part.NextCursor));
    }

    private static string SqlFor(DateOnly? knownOn, bool everyVintage)
    {
        // Of a price that vintage after vintage says again, the first is shown. Only where a year has several rows can another be between.
        const string said = """
            SELECT p.date, p.value, v.vintage, y.recorded_at, y.batch_no
            FROM (SELECT *, count(*) OVER (PARTITION BY year) AS parts FROM observation_years WHERE series_no = $1 AND year BETWEEN $9 AND $10) y
                CROSS JOIN LATERAL unnest(CASE WHEN y.parts > 1 THEN y.vintage || y.repeated ELSE ARRAY[y.vintage] END) AS v (vintage)
                CROSS JOIN LATERAL unnest(y.dates, y.prices) AS p (date, value)
            WHERE p.date BETWEEN $2 AND $3
            """;
        const string stored = $"""
            SELECT date, value, vintage, recorded_at, batch_no, row_number() OVER (PARTITION BY date ORDER BY vintage DESC, batch_no DESC) = 1 AS is_current
            FROM (SELECT *, lag(value) OVER (PARTITION BY date ORDER BY vintage, batch_no) IS DISTINCT FROM value AS is_change FROM ({said}) t) c WHERE is_change
            """;
        const string known = $"SELECT * FROM ({stored}) s WHERE vintage <= $4";
        const string page = "WHERE (date, vintage, batch_no) > ($5, $6, $7) ORDER BY date, vintage, batch_no LIMIT $8";
        if (everyVintage) return $"SELECT * FROM ({known}) v {page}";
        return knownOn is null
            ? $"SELECT * FROM ({known} AND is_current) v {page}"
            : $"SELECT * FROM (SELECT DISTINCT ON (date) * FROM ({known}) a ORDER BY date, vintage DESC, batch_no DESC) v {page}";
    }

    private static async Task<(int No, string Unit)?> FindAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT no, unit FROM series WHERE id = $1", connection) { Parameters = { new() { Value = id } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt32(0), reader.GetString(1)) : null;
    }

    /// <summary>Where an observation stands in the list.</summary>
    private sealed record ObservationPosition(DateOnly Date, DateOnly Vintage, long BatchNo)
    {
        public static ObservationPosition Start { get; } = new(DateOnly.MinValue, DateOnly.MinValue, -1);
    }
}
