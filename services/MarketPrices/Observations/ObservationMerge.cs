using Chokepoint.Imports;
using Npgsql;

namespace Chokepoint.MarketPrices.Observations;

/// <summary>
/// Merges staged years (<see cref="StagedColumns"/>) into the observations. Prices that differ from the one known are stored beside it
/// under their vintage, newer or older, so the order in which vintages arrive does not matter.
/// </summary>
internal static class ObservationMerge
{
    /// <summary>
    /// A series' year of prices, dates rising; of a day that is staged twice, the price with the highest <c>seq</c> counts.
    /// </summary>
    public const string StagedColumns =
        "seq bigint NOT NULL, series_no integer NOT NULL, year smallint NOT NULL, vintage date NOT NULL, dates date[] NOT NULL, prices double precision[] NOT NULL";

    private const string Years = "observation_years (series_no, year, batch_no, vintage, recorded_at, dates, prices)";

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

    /// <summary>Of the years left in the staging table, stores what is missing or differs; how many prices were missing, and how many differ.</summary>
    private static async Task<(long Missing, long Revised)> StoreDifferencesAsync(
        NpgsqlConnection connection, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH batch AS MATERIALIZED (SELECT nextval('batch_no') AS no),
                staged AS (
                    SELECT DISTINCT ON (series_no, year, date) s.series_no, s.year, p.date, p.value, s.vintage
                    FROM {staging} s CROSS JOIN LATERAL unnest(s.dates, s.prices) AS p (date, value) ORDER BY series_no, year, date, seq DESC),
                known AS MATERIALIZED (SELECT * FROM vintages WHERE (series_no, year) IN (SELECT series_no, year FROM {staging})),
                current AS (SELECT DISTINCT ON (series_no, date) * FROM known ORDER BY series_no, date, vintage DESC, batch_no DESC),
                different AS (
                    SELECT s.*, c.date IS NULL AS is_missing FROM staged s LEFT JOIN current c USING (series_no, date)
                    WHERE c.date IS NULL OR (s.value <> c.value
                        AND (s.vintage >= c.vintage OR (s.series_no, s.date, s.vintage, s.value) NOT IN (SELECT series_no, date, vintage, value FROM known)))),
                stored AS (
                    INSERT INTO {Years}
                    SELECT series_no, year, batch.no, vintage, now(), array_agg(date ORDER BY date), array_agg(value ORDER BY date)
                    FROM different, batch GROUP BY series_no, year, batch.no, vintage)
            SELECT count(*) FILTER (WHERE is_missing), count(*) FILTER (WHERE NOT is_missing) FROM different
            """, connection) { CommandTimeout = 0 };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetInt64(1));
    }
}
