using Chokepoint.Imports;
using Chokepoint.TradeFlows.Data;
using Chokepoint.TradeFlows.Domain;
using Npgsql;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>The merge of staged years into the flows.</summary>
internal static class FlowMerge
{
    /// <summary>Temporary table of the importers, codes and periods whose profile may have changed, and who reported it; it goes with the transaction.</summary>
    public const string Touched = "touched_flows";

    private const string Savepoint = "before_key";

    private static readonly string Columns = string.Join(", ", FlowTables.Columns);
    private static readonly string Set = string.Join(", ", FlowTables.Figures.Append("import_no").Select(c => $"{c} = excluded.{c}"));

    private static readonly string Changed =
        $"({string.Join(", ", FlowTables.Figures.Select(c => "f." + c))}) IS DISTINCT FROM ({string.Join(", ", FlowTables.Figures.Select(c => "excluded." + c))})";

    /// <summary>Whose profile a flow is part of: the importer's, whichever side reports.</summary>
    private static readonly string Importer =
        $"CASE direction WHEN {(short)FlowDirection.Import} THEN reporter ELSE partner END AS importer, reporter";

    private static readonly string OfDirections =
        $"direction IN ({(short)FlowDirection.Import}, {(short)FlowDirection.Export}) AND breakdown = ''";

    private static readonly string[] Traded = [.. TradedCodes.All.Select(c => c.Hs6).Distinct(StringComparer.Ordinal)];

    private static readonly string OfProfiles = OfDirections + " AND hs = ANY($1)";

    private static readonly string OfProfileLines = OfDirections + " AND " + TariffLine.IsOf(ProfileCodes.All);

    /// <summary>One merge at a time for each source.</summary>
    public static async Task BeginAsync(NpgsqlConnection connection, short source, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT pg_advisory_xact_lock(hashtext('flows merge'), {source});
            CREATE TEMP TABLE {Touched} (importer smallint, reporter smallint, hs text, period integer, direction smallint) ON COMMIT DROP;
            """, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Keeps which months each reporter has reported for which codes: a month of the file is one of every code that the file has of the
    /// reporter, or was asked for. A code that it lacks there was not traded; but a file without the total of all partners says so only of
    /// codes that the reporter states no total for, and nothing is said of a code that the revision of the month does not have.
    /// </summary>
    /// <param name="asked">Codes that the file was asked for, whether or not it has flows under them.</param>
    public static async Task CoverAsync(
        NpgsqlConnection connection, short source, string staging, IReadOnlyCollection<string> asked, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH months AS (
                SELECT reporter, direction, period, bool_or(partner = {TradeAreas.World}) AS has_total FROM {staging}
                WHERE {OfDirections} AND period % 100 > 0 GROUP BY reporter, direction, period),
            codes AS (
                SELECT DISTINCT reporter, direction, hs FROM {staging} WHERE {OfDirections} AND period % 100 > 0 AND hs = ANY($1)
                UNION SELECT m.reporter, m.direction, a.hs FROM months m CROSS JOIN unnest($2) AS a (hs)),
            covered AS (
                INSERT INTO reported_months (hs, reporter, direction, source, period)
                SELECT hs, reporter, direction, {source}, period FROM months JOIN codes USING (reporter, direction)
                WHERE NOT EXISTS (SELECT FROM unnest($3, $4) AS retired (code, since) WHERE code = hs AND period >= since)
                    AND (has_total OR NOT EXISTS (
                        SELECT FROM flows f WHERE f.source = {source} AND f.line = {TariffLine.InSql("codes.hs", "codes.reporter", "codes.direction")}
                            AND f.partner = {TradeAreas.World} AND f.period % 100 > 0))
                ON CONFLICT DO NOTHING RETURNING hs, reporter, direction, period)
            INSERT INTO {Touched} SELECT CASE direction WHEN {(short)FlowDirection.Import} THEN reporter ELSE {TradeAreas.World} END, reporter, hs, period, direction
            FROM covered
            """, connection)
        {
            CommandTimeout = 0,
            Parameters =
            {
                new() { Value = Traded }, new() { Value = asked.ToArray() }, new() { Value = TradedCodes.Retired.Select(r => r.Hs6).ToArray() },
                new() { Value = TradedCodes.Retired.Select(r => r.Since).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Adds up the staged parts of a code into the flow of the code, as national lines are of its six digits; where the file has the flow
    /// itself, that stands. A part that it has twice counts once, as it stands last; one without a weight leaves the whole without.
    /// Returns how many rows became fewer.
    /// </summary>
    public static async Task<long> AddUpPartsAsync(NpgsqlConnection connection, string staging, short year, CancellationToken cancellationToken)
    {
        var staged = FlowTables.StagedPart(staging, year);
        await using var add = new NpgsqlCommand(
            $"""
            WITH parts AS (DELETE FROM {staged} WHERE breakdown <> '' RETURNING ctid AS place, *),
            last AS (SELECT DISTINCT ON (line, partner, period, breakdown) * FROM parts ORDER BY line, partner, period, breakdown, place DESC),
            added AS (
                INSERT INTO {staged} (year, period, hs, reporter, direction, partner, line, net_kg, value_usd)
                SELECT year, period, hs, reporter, direction, partner, line,
                    CASE WHEN bool_and(net_kg IS NOT NULL) THEN sum(net_kg) END, CASE WHEN bool_and(value_usd IS NOT NULL) THEN sum(value_usd) END
                FROM last p WHERE NOT EXISTS (
                    SELECT FROM {staged} w WHERE w.breakdown = '' AND (w.line, w.partner, w.period) = (p.line, p.partner, p.period))
                GROUP BY year, period, hs, reporter, direction, partner, line RETURNING 1)
            SELECT (SELECT count(*) FROM parts) - (SELECT count(*) FROM added)
            """, connection) { CommandTimeout = 0 };
        return (long)(await add.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Merges a staged year row by row into a year that has flows already; how many rows were staged, new, and changed a stored one.</summary>
    public static async Task<(long Staged, long New, long Revised)> IntoYearAsync(
        NpgsqlConnection connection, short source, short year, string staging, CancellationToken cancellationToken)
    {
        var staged = FlowTables.StagedPart(staging, year);
        var key = await FlowTables.KeyOfAsync(connection, source, year, cancellationToken);
        var repeated = await DropRepeatedAsync(connection, staged, key, cancellationToken);
        var columns = string.Join(", ", key);
        await using var merge = new NpgsqlCommand(
            $"""
            WITH merged AS (
                INSERT INTO {FlowTables.PartOf(source, year)} AS f ({Columns}) SELECT {Columns} FROM {staged} ORDER BY {columns}
                ON CONFLICT ({columns}) DO UPDATE SET {Set}
                WHERE excluded.import_no > f.import_no AND {Changed}
                RETURNING f.reporter, f.partner, f.hs, f.period, f.direction, f.breakdown, f.import_no = f.first_import_no AS is_new),
            seen AS (INSERT INTO {Touched} SELECT DISTINCT {Importer}, hs, period, direction FROM merged WHERE {OfProfiles})
            SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), (SELECT count(*) FROM {staged}) FROM merged
            """, connection) { CommandTimeout = 0, Parameters = { new() { Value = ProfileCodes.All.ToArray() } } };
        await using var reader = await merge.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(2) + repeated, reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>
    /// Makes a staged year the source's year, which it has none of yet: its index is built in one sort and no row is written again.
    /// Returns how many rows were left out because the file has them again.
    /// </summary>
    /// <param name="isReconciled">Its flows are imports of the whole year, so that its lines tell all that is touched.</param>
    public static async Task<long> AsYearAsync(
        NpgsqlTransaction transaction, short source, short year, string staging, bool isReconciled, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var (staged, part) = (FlowTables.StagedPart(staging, year), FlowTables.PartOf(source, year));
        var key = FlowTables.KeyOf(isReconciled);
        var index = $"SET LOCAL maintenance_work_mem = '128MB'; CREATE UNIQUE INDEX {part}_key ON {staged} ({string.Join(", ", key)})";
        var repeated = 0L;
        await transaction.SaveAsync(Savepoint, cancellationToken);
        try
        {
            await ExecuteAsync(connection, index, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await transaction.RollbackAsync(Savepoint, cancellationToken);
            repeated = await DropRepeatedAsync(connection, staged, key, cancellationToken);
            await ExecuteAsync(connection, index, cancellationToken);
        }
        await FlowTables.AttachYearAsync(connection, source, year, staging, staged, cancellationToken);

        await using var seen = isReconciled ? TouchedLines(part, year) : new NpgsqlCommand(
            $"INSERT INTO {Touched} SELECT DISTINCT {Importer}, hs, period, direction FROM {part} WHERE {OfProfileLines}");
        (seen.Connection, seen.CommandTimeout) = (connection, 0);
        await seen.ExecuteNonQueryAsync(cancellationToken);
        return repeated;
    }

    /// <summary>Asks the index for each line that a profile may be taken from, instead of reading all rows of those that are.</summary>
    private static NpgsqlCommand TouchedLines(string part, short year)
    {
        var lines = (from code in ProfileCodes.All from reporter in TradeAreas.Named select (code, reporter)).ToList();
        return new NpgsqlCommand(
            $"""
            INSERT INTO {Touched} SELECT l.reporter, l.reporter, l.hs, {TradePeriod.OfYear(year)}, {(short)FlowDirection.Import}
            FROM unnest($1, $2, $3) AS l (line, reporter, hs) CROSS JOIN LATERAL (SELECT FROM {part} f WHERE f.line = l.line LIMIT 1) f
            """)
        {
            Parameters =
            {
                new() { Value = lines.Select(l => TariffLine.Of(l.code, l.reporter, FlowDirection.Import)).ToArray() },
                new() { Value = lines.Select(l => l.reporter).ToArray() }, new() { Value = lines.Select(l => l.code).ToArray() },
            },
        };
    }

    /// <summary>
    /// Takes out all but the last of rows with the same key, which one statement could not merge; their figures would be the file's
    /// own contradiction. Returns how many there were.
    /// </summary>
    private static Task<int> DropRepeatedAsync(NpgsqlConnection connection, string staged, IReadOnlyList<string> key, CancellationToken cancellationToken)
    {
        var sameKey = string.Join(" AND ", key.Select(c => $"later.{c} = earlier.{c}"));
        return ExecuteAsync(connection, $"DELETE FROM {staged} earlier USING {staged} later WHERE {sameKey} AND later.ctid > earlier.ctid", cancellationToken);
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
