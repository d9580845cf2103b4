using Chokepoint.Imports;
using Chokepoint.TradeFlows.Data;
using Chokepoint.TradeFlows.Domain;
using Npgsql;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>The merge of staged years into the flows.</summary>
internal static class FlowMerge
{
    /// <summary>Temporary table of the importers, codes and periods whose profile may have changed; it goes with the transaction.</summary>
    public const string Touched = "touched_flows";

    private const string Savepoint = "before_key";

    private static readonly string Columns = string.Join(", ", FlowTables.Columns);
    private static readonly string Key = string.Join(", ", FlowTables.Key);
    private static readonly string Set = string.Join(", ", FlowTables.Figures.Append("import_no").Select(c => $"{c} = excluded.{c}"));

    private static readonly string Changed =
        $"({string.Join(", ", FlowTables.Figures.Select(c => "f." + c))}) IS DISTINCT FROM ({string.Join(", ", FlowTables.Figures.Select(c => "excluded." + c))})";

    /// <summary>Whose profile a flow is part of: the importer's, whichever side reports.</summary>
    private static readonly string Importer =
        $"CASE direction WHEN {(short)FlowDirection.Import} THEN reporter ELSE partner END AS importer";

    private static readonly string OfProfiles =
        $"direction IN ({(short)FlowDirection.Import}, {(short)FlowDirection.Export}) AND breakdown = '' AND hs = ANY($1)";

    /// <summary>One merge at a time for each source.</summary>
    public static async Task BeginAsync(NpgsqlConnection connection, short source, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT pg_advisory_xact_lock(hashtext('flows merge'), {source});
            CREATE TEMP TABLE {Touched} (importer smallint, hs text, period integer, direction smallint) ON COMMIT DROP;
            """, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Merges a staged year row by row into a year that has flows already.</summary>
    public static async Task<MergeOutcome> IntoYearAsync(NpgsqlConnection connection, string staged, CancellationToken cancellationToken)
    {
        var repeated = await DropRepeatedAsync(connection, staged, cancellationToken);
        await using var merge = new NpgsqlCommand(
            $"""
            WITH merged AS (
                INSERT INTO flows AS f ({Columns}) SELECT {Columns} FROM {staged} ORDER BY {Key}
                ON CONFLICT ({Key}) DO UPDATE SET {Set}
                WHERE excluded.import_no > f.import_no AND {Changed}
                RETURNING f.reporter, f.partner, f.hs, f.period, f.direction, f.breakdown, f.import_no = f.first_import_no AS is_new),
            seen AS (INSERT INTO {Touched} SELECT DISTINCT {Importer}, hs, period, direction FROM merged WHERE {OfProfiles})
            SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), (SELECT count(*) FROM {staged}) FROM merged
            """, connection) { CommandTimeout = 0, Parameters = { new() { Value = ProfileCodes.All.ToArray() } } };
        await using var reader = await merge.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (added, revised, rows) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        return new MergeOutcome(added, revised, rows - added - revised + repeated);
    }

    /// <summary>
    /// Makes a staged year the source's year, which it has none of yet: its key is built in one sort and no row is written again.
    /// </summary>
    public static async Task<MergeOutcome> AsYearAsync(
        NpgsqlTransaction transaction, short source, short year, string staging, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var (staged, part) = ($"{staging}_{year}", FlowTables.PartOf(source, year));
        var repeated = 0L;
        await ExecuteAsync(connection, "SET LOCAL maintenance_work_mem = '128MB'", cancellationToken);
        await transaction.SaveAsync(Savepoint, cancellationToken);
        try
        {
            await ExecuteAsync(connection, $"ALTER TABLE {staged} ADD CONSTRAINT {part}_pkey PRIMARY KEY ({Key})", cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await transaction.RollbackAsync(Savepoint, cancellationToken);
            repeated = await DropRepeatedAsync(connection, staged, cancellationToken);
            await ExecuteAsync(connection, $"ALTER TABLE {staged} ADD CONSTRAINT {part}_pkey PRIMARY KEY ({Key})", cancellationToken);
        }
        await FlowTables.AttachYearAsync(connection, source, year, staging, staged, cancellationToken);

        await using var seen = new NpgsqlCommand(
            $"INSERT INTO {Touched} SELECT DISTINCT {Importer}, hs, period, direction FROM {part} WHERE source = {source} AND year = {year} AND {OfProfiles}",
            connection) { CommandTimeout = 0, Parameters = { new() { Value = ProfileCodes.All.ToArray() } } };
        await seen.ExecuteNonQueryAsync(cancellationToken);
        await using var count = new NpgsqlCommand($"SELECT count(*) FROM {part}", connection) { CommandTimeout = 0 };
        return new MergeOutcome((long)(await count.ExecuteScalarAsync(cancellationToken))!, 0, repeated);
    }

    /// <summary>
    /// Takes out all but the last of rows with the same key, which one statement could not merge; their figures would be the file's
    /// own contradiction. Returns how many there were.
    /// </summary>
    private static Task<int> DropRepeatedAsync(NpgsqlConnection connection, string staged, CancellationToken cancellationToken)
    {
        var sameKey = string.Join(" AND ", FlowTables.Key.Select(c => $"later.{c} = earlier.{c}"));
        return ExecuteAsync(connection, $"DELETE FROM {staged} earlier USING {staged} later WHERE {sameKey} AND later.ctid > earlier.ctid", cancellationToken);
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
