using Chokepoint.Imports;
using Npgsql;

namespace Chokepoint.MarketPrices.Observations;

/// <summary>
/// Merges staged prices (series_no, date, value, vintage; one per series and date) into the observations. What is newer replaces what
/// is stored and the stored one is kept as an earlier vintage; what is older than the stored one is kept as an earlier vintage itself,
/// so the order in which vintages arrive does not matter.
/// </summary>
internal static class ObservationMerge
{
    public static async Task<MergeOutcome> RunAsync(NpgsqlConnection connection, string staging, CancellationToken cancellationToken)
    {
        // One batch at a time for each series, in the order of its number, so that two batches cannot wait for each other.
        await ExecuteAsync(
            $"SELECT no FROM series WHERE no IN (SELECT DISTINCT series_no FROM {staging}) ORDER BY no FOR UPDATE", connection, cancellationToken);

        var replaced = await ExecuteAsync(
            $"""
            INSERT INTO earlier_vintages (series_no, date, value, vintage, batch_no, recorded_at)
            SELECT o.series_no, o.date, o.value, o.vintage, o.batch_no, o.recorded_at
            FROM observations o JOIN {staging} s ON s.series_no = o.series_no AND s.date = o.date
            WHERE s.value <> o.value AND s.vintage >= o.vintage
            """, connection, cancellationToken);
        var earlier = await ExecuteAsync(
            $"""
            INSERT INTO earlier_vintages (series_no, date, value, vintage, batch_no, recorded_at)
            SELECT s.series_no, s.date, s.value, s.vintage, 0, now()
            FROM {staging} s JOIN observations o ON o.series_no = s.series_no AND o.date = s.date
            WHERE s.value <> o.value AND s.vintage < o.vintage
                AND NOT EXISTS (
                    SELECT FROM earlier_vintages e
                    WHERE e.series_no = s.series_no AND e.date = s.date AND e.vintage = s.vintage AND e.value = s.value)
            ON CONFLICT DO NOTHING
            """, connection, cancellationToken);
        var written = await ExecuteAsync(
            $"""
            INSERT INTO observations AS o (series_no, date, value, vintage, batch_no, recorded_at)
            SELECT series_no, date, value, vintage, (SELECT nextval('batch_no')), now() FROM {staging} ORDER BY series_no, date
            ON CONFLICT (series_no, date) DO UPDATE SET value = excluded.value, vintage = excluded.vintage, batch_no = excluded.batch_no,
                recorded_at = excluded.recorded_at
            WHERE excluded.value <> o.value AND excluded.vintage >= o.vintage AND excluded.batch_no > o.batch_no
            """, connection, cancellationToken);

        await using var count = new NpgsqlCommand($"SELECT count(*) FROM {staging}", connection);
        var staged = (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        return new MergeOutcome(written - replaced, replaced + earlier, staged - written - earlier);
    }

    private static async Task<long> ExecuteAsync(string sql, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
