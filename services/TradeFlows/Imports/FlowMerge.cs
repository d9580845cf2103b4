using Chokepoint.Imports;
using Chokepoint.TradeFlows.Data;
using Chokepoint.TradeFlows.Domain;
using Npgsql;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>The merge of a staging table into the flows.</summary>
internal static class FlowMerge
{
    /// <summary>Temporary table of the importers, codes and periods whose profile may have changed; it goes with the transaction.</summary>
    public const string Touched = "touched_flows";

    private static readonly string Columns = string.Join(", ", FlowTables.Columns);
    private static readonly string Key = string.Join(", ", FlowTables.Key);
    private static readonly string Set = string.Join(", ", FlowTables.Figures.Append("import_no").Select(c => $"{c} = excluded.{c}"));

    private static readonly string Changed =
        $"({string.Join(", ", FlowTables.Figures.Select(c => "f." + c))}) IS DISTINCT FROM ({string.Join(", ", FlowTables.Figures.Select(c => "excluded." + c))})";

    /// <summary>
    /// Takes out all but the last of rows with the same key, which one statement could not merge; their figures would be the file's
    /// own contradiction. Returns how many there were.
    /// </summary>
    public static async Task<long> RejectRepeatedAsync(
        NpgsqlConnection connection, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        var sameKey = string.Join(" AND ", FlowTables.Key.Select(c => $"later.{c} = earlier.{c}"));
        await using var command = new NpgsqlCommand(
            $"DELETE FROM {staging} earlier USING {staging} later WHERE {sameKey} AND later.ctid > earlier.ctid", connection) { CommandTimeout = 0 };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<MergeOutcome> RunAsync(
        NpgsqlConnection connection, short source, string staging, long repeated, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT pg_advisory_xact_lock(hashtext('flows merge'), $1);
            """, connection) { Parameters = { new() { Value = (int)source } } };
        await command.ExecuteNonQueryAsync(cancellationToken);

        await using var touched = new NpgsqlCommand(
            $"CREATE TEMP TABLE {Touched} (reporter smallint, hs text, period integer) ON COMMIT DROP", connection);
        await touched.ExecuteNonQueryAsync(cancellationToken);

        await using var merge = new NpgsqlCommand(
            $"""
            WITH merged AS (
                INSERT INTO flows AS f ({Columns}) SELECT {Columns} FROM {staging} ORDER BY {Key}
                ON CONFLICT ({Key}) DO UPDATE SET {Set}
                WHERE excluded.import_no > f.import_no AND {Changed}
                RETURNING f.reporter, f.hs, f.period, f.direction, f.import_no = f.first_import_no AS is_new),
            seen AS (
                INSERT INTO {Touched} SELECT DISTINCT reporter, hs, period FROM merged
                WHERE direction = {(short)FlowDirection.Import} AND hs = ANY($1))
            SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), (SELECT count(*) FROM {staging}) FROM merged
            """, connection) { CommandTimeout = 0, Parameters = { new() { Value = ProfileCodes.All.ToArray() } } };
        await using var reader = await merge.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (added, revised, staged) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        return new MergeOutcome(added, revised, staged - added - revised + repeated);
    }
}
