using Chokepoint.Imports;
using Chokepoint.MarketPrices.Data;
using Npgsql;

namespace Chokepoint.MarketPrices.Observations;

/// <summary>
/// Merges staged years (<see cref="StagedColumns"/>) into the observations. What a vintage says is kept unless the vintage before it said
/// the same already; a row of which all is said again is marked with the vintage, what is said of a part is stored anew. So the order in
/// which vintages arrive does not matter.
/// </summary>
internal static class ObservationMerge
{
    /// <summary>
    /// A series' year of prices, dates rising; of a day that is staged twice, the price with the highest <c>seq</c> counts.
    /// </summary>
    public const string StagedColumns =
        "seq bigint NOT NULL, series_no integer NOT NULL, year smallint NOT NULL, vintage date NOT NULL, dates date[] NOT NULL, prices double precision[] NOT NULL";

    /// <summary>Where years are stored, and the columns in the order they are written in.</summary>
    public const string Years = "observation_years (series_no, year, batch_no, vintage, recorded_at, dates, prices)";

    /// <summary>Begins to store years that no price is known of, until the transaction ends; null when there is a price of one of them.</summary>
    public static async Task<ObservationBatch?> BeginNewYearsAsync(
        NpgsqlConnection connection, IReadOnlyList<(int Series, short Year)> years, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SELECT no FROM series WHERE no = ANY($1) ORDER BY no FOR UPDATE") { Parameters = { new() { Value = years.Select(y => y.Series).Distinct().ToArray() } } },
                new("""
                    SELECT nextval('batch_no'), now() WHERE NOT EXISTS (
                        SELECT FROM unnest($1, $2) AS t (series_no, year) JOIN observation_years USING (series_no, year))
                    """)
                {
                    Parameters = { new() { Value = years.Select(y => y.Series).ToArray() }, new() { Value = years.Select(y => y.Year).ToArray() } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new ObservationBatch(reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1)) : null;
    }

    /// <param name="rows">Prices that were staged, each as often as it was.</param>
    public static async Task<MergeOutcome> RunAsync(NpgsqlConnection connection, string staging, long rows, CancellationToken cancellationToken)
    {
        // One batch at a time for each series, in the order of its number, so that two batches cannot wait for each other.
        await using (var begin = new NpgsqlCommand($"SELECT no FROM series WHERE no IN (SELECT series_no FROM {staging}) ORDER BY no FOR UPDATE", connection))
        {
            await begin.ExecuteNonQueryAsync(cancellationToken);
        }
        var (added, left) = await StoreNewYearsAsync(connection, staging, cancellationToken);
        if (!left) return new MergeOutcome(added, 0, rows - added);
        var (missing, revised) = await StoreDifferencesAsync(connection, staging, cancellationToken);
        return new MergeOutcome(added + missing, revised, rows - added - missing - revised);
    }

    /// <summary>Years that nobody has a price of yet are stored as they are staged; how many prices they hold, and whether others are left.</summary>
    private static async Task<(long Added, bool Left)> StoreNewYearsAsync(NpgsqlConnection connection, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH batch AS MATERIALIZED (SELECT nextval('batch_no') AS no),
                new_years AS (
                    SELECT series_no, year FROM {staging} s
                    WHERE NOT EXISTS (SELECT FROM observation_years y WHERE y.series_no = s.series_no AND y.year = s.year)
                    GROUP BY series_no, year HAVING count(*) = 1),
                taken AS (DELETE FROM {staging} s USING new_years n WHERE s.series_no = n.series_no AND s.year = n.year RETURNING s.*),
                stored AS (
                    INSERT INTO {Years} SELECT series_no, year, batch.no, vintage, now(), dates, prices FROM taken, batch
                    RETURNING cardinality(dates) AS prices)
            SELECT coalesce(sum(prices), 0), count(*) < (SELECT count(*) FROM {staging}) FROM stored
            """, connection) { CommandTimeout = 0 };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetBoolean(1));
    }

    /// <summary>
    /// Of the years left in the staging table, stores what is missing or differs from what was known at its vintage, and what is said
    /// again; how many prices were missing, and how many differ from the one known at their vintage, else from the one known now.
    /// </summary>
    private static async Task<(long Missing, long Revised)> StoreDifferencesAsync(
        NpgsqlConnection connection, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH batch AS MATERIALIZED (SELECT nextval('batch_no') AS no),
                staged AS MATERIALIZED (
                    SELECT DISTINCT ON (series_no, year, date) s.series_no, s.year, p.date, p.value, s.vintage
                    FROM {staging} s CROSS JOIN LATERAL unnest(s.dates, s.prices) AS p (date, value) ORDER BY series_no, year, date, seq DESC),
                stored_years AS MATERIALIZED (
                    SELECT y.series_no, y.year, y.batch_no, y.vintage AS first, y.dates, y.prices, {ObservationTables.Newest} AS newest, s.vintage,
                        (SELECT max(said) FROM unnest(y.vintage || y.repeated) AS said WHERE said <= s.vintage) AS said
                    FROM observation_years y JOIN (SELECT DISTINCT series_no, year, vintage FROM {staging}) s USING (series_no, year)),
                known AS MATERIALIZED (SELECT y.*, p.date, p.value FROM stored_years y CROSS JOIN LATERAL unnest(y.dates, y.prices) AS p (date, value)),
                known_then AS (
                    SELECT DISTINCT ON (series_no, date, vintage) * FROM known WHERE said IS NOT NULL ORDER BY series_no, date, vintage, said DESC, batch_no DESC),
                known_now AS (SELECT DISTINCT ON (series_no, date) * FROM known ORDER BY series_no, date, newest DESC, batch_no DESC),
                compared AS MATERIALIZED (
                    SELECT s.*, t.batch_no, t.first, n.date IS NULL AS is_missing, t.value IS DISTINCT FROM s.value AS differs,
                        coalesce(t.value, n.value) <> s.value AS is_revised, t.value = s.value AND t.said < s.vintage AS is_repeated
                    FROM staged s LEFT JOIN known_then t USING (series_no, date, vintage) LEFT JOIN known_now n USING (series_no, date)),
                repeated AS (
                    SELECT c.series_no, c.year, c.batch_no, c.first, c.vintage FROM compared c
                    WHERE c.is_repeated GROUP BY c.series_no, c.year, c.batch_no, c.first, c.vintage
                    HAVING count(*) = (
                        SELECT cardinality(y.dates) FROM observation_years y
                        WHERE (y.series_no, y.year, y.batch_no, y.vintage) = (c.series_no, c.year, c.batch_no, c.first))),
                marked AS (
                    UPDATE observation_years y SET repeated = ARRAY(SELECT said FROM unnest(y.repeated || r.vintages) AS said ORDER BY said)
                    FROM (SELECT series_no, year, batch_no, first, array_agg(vintage) AS vintages FROM repeated GROUP BY series_no, year, batch_no, first) r
                    WHERE (y.series_no, y.year, y.batch_no, y.vintage) = (r.series_no, r.year, r.batch_no, r.first)),
                stored AS (
                    INSERT INTO {Years}
                    SELECT c.series_no, c.year, batch.no, c.vintage, now(), array_agg(c.date ORDER BY c.date), array_agg(c.value ORDER BY c.date)
                    FROM compared c CROSS JOIN batch LEFT JOIN repeated r USING (series_no, year, batch_no, first, vintage)
                    WHERE c.differs OR (c.is_repeated AND r.series_no IS NULL) GROUP BY c.series_no, c.year, batch.no, c.vintage)
            SELECT count(*) FILTER (WHERE is_missing), count(*) FILTER (WHERE is_revised) FROM compared
            """, connection) { CommandTimeout = 0 };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetInt64(1));
    }
}

/// <summary>Prices that are stored together: of two prices of a day in one vintage, that of the higher number is known.</summary>
internal sealed record ObservationBatch(long No, DateTimeOffset At);
