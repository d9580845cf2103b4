using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;
using Npgsql;

namespace Chokepoint.TradeFlows.Data;

/// <summary>
/// The flows: one table by source and within it by year, so that a year's query reads that year. The year that a file brings first
/// becomes a part as it was staged.
/// </summary>
/// <remarks>
/// Each year has its own unique index, and the whole no key: an index of eight columns takes three times as long to build as the rows
/// take to store. Everything is asked by <c>line</c> (<see cref="TariffLine"/>), which stands first in it.
/// </remarks>
internal static class FlowTables
{
    /// <summary>Columns of a flow.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "source", "year", "period", "hs", "reporter", "direction", "partner", "breakdown", "classification", "quantity", "quantity_unit",
        "net_kg", "value_usd", "estimated", "import_no", "first_import_no", "line",
    ];

    /// <summary>A staged year's check that says of its rows what the flows' partition of that year asks, so that it is attached unread.</summary>
    private const string OfYear = "of_year";

    private static readonly string[] WholeKey = ["line", "partner", "period", "breakdown"];

    /// <summary>What a later file may change.</summary>
    public static IReadOnlyList<string> Figures { get; } = ["classification", "quantity", "quantity_unit", "net_kg", "value_usd", "estimated"];

    /// <summary>Run by the first migration, since EF Core knows no partitions; <see cref="AddLine"/> by a later one.</summary>
    public const string Create =
        """
        CREATE TABLE sources (
            id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL UNIQUE,
            rank smallint NOT NULL
        );
        CREATE TABLE flows (
            source smallint NOT NULL,
            year smallint NOT NULL,
            period integer NOT NULL,
            hs text COLLATE "C" NOT NULL,
            reporter smallint NOT NULL,
            direction smallint NOT NULL,
            partner smallint NOT NULL,
            breakdown text COLLATE "C" NOT NULL,
            classification smallint NOT NULL,
            quantity double precision,
            quantity_unit smallint,
            net_kg double precision,
            value_usd double precision,
            estimated boolean NOT NULL,
            import_no integer NOT NULL,
            first_import_no integer NOT NULL,
            PRIMARY KEY (source, year, hs, reporter, direction, partner, period, breakdown)
        ) PARTITION BY LIST (source);
        CREATE TABLE supply_profiles (
            importer text NOT NULL,
            mineral text NOT NULL,
            stage smallint NOT NULL,
            period integer NOT NULL,
            version bigint NOT NULL,
            profile jsonb NOT NULL,
            PRIMARY KEY (importer, mineral, period, stage)
        );
        """;

    /// <summary>Replaces the key over all years by one for each year, which begins with the line; the formula is that of <see cref="TariffLine"/>.</summary>
    public const string AddLine =
        """
        ALTER TABLE flows DROP CONSTRAINT flows_pkey;
        ALTER TABLE flows ADD COLUMN line bigint;
        UPDATE flows SET line = (CASE
                WHEN hs ~ '^[0-9]{6}$' THEN hs::bigint
                WHEN hs ~ '^[0-9]{4}$' THEN 1000000 + hs::bigint
                WHEN hs ~ '^[0-9]{2}$' THEN 1010000 + hs::bigint
                ELSE 1010100 + array_position(ARRAY['TOTAL', 'AG2', 'AG4', 'AG6'], hs) END << 19) + (reporter << 4) + direction;
        ALTER TABLE flows ALTER COLUMN line SET NOT NULL;
        DO $do$
        DECLARE part regclass;
        BEGIN
            FOR part IN SELECT relid FROM pg_partition_tree('flows') WHERE isleaf AND level = 2 LOOP
                EXECUTE format('CREATE UNIQUE INDEX %I ON %s (line, partner, period, breakdown)', part::text || '_key', part);
            END LOOP;
        END $do$;
        """;

    /// <summary>
    /// Months that a reporter has reported for a code, whether or not it lists a flow under it: those that a file with the code has of any
    /// code, and those that a file was asked the code of.
    /// </summary>
    public const string CreateReportedMonths =
        """
        CREATE TABLE reported_months (
            hs text COLLATE "C" NOT NULL,
            reporter smallint NOT NULL,
            direction smallint NOT NULL,
            source smallint NOT NULL,
            period integer NOT NULL,
            PRIMARY KEY (hs, reporter, direction, source, period)
        );
        """;

    /// <summary>The natural key of a flow within a source's year; the line holds code, reporter and direction.</summary>
    /// <param name="isReconciled">Both sides' reports made one, as in BACI: one flow of the whole year for each line and partner.</param>
    public static IReadOnlyList<string> KeyOf(bool isReconciled) => isReconciled ? WholeKey[..2] : WholeKey;

    /// <summary>The key that a stored year has: years of BACI that an earlier release stored have the whole one.</summary>
    public static async Task<IReadOnlyList<string>> KeyOfAsync(NpgsqlConnection connection, short source, short year, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid
            WHERE i.indrelid = '{PartOf(source, year)}'::regclass AND i.indisunique
            """, connection);
        return (string[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The number of a source, made when first named. A lower rank is preferred where two sources answer.</summary>
    public static async Task<short> SourceAsync(NpgsqlConnection connection, string name, short rank, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH made AS (INSERT INTO sources (name, rank) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING id)
            SELECT id FROM made UNION ALL SELECT id FROM sources WHERE name = $1 LIMIT 1
            """, connection) { Parameters = { new() { Value = name }, new() { Value = rank } } };
        // Null when another connection made it between this statement's start and its insert; it is visible to the next.
        return (short)(await command.ExecuteScalarAsync(cancellationToken) ?? (await command.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>The table of one source's year.</summary>
    public static string PartOf(short source, short year) => $"flows_{source}_{year}";

    /// <summary>The table of a staged year.</summary>
    public static string StagedPart(string staging, short year) => $"{staging}_{year}";

    /// <summary>
    /// Makes the table of a source, which its years become parts of. Attached rather than created in place, since that locks readers
    /// out of nothing, and in a transaction of its own, since even that lock must not be held for the length of an import.
    /// </summary>
    public static async Task EnsureSourceAsync(NpgsqlDataSource database, short source, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $$"""
            SELECT pg_advisory_xact_lock(hashtext('flows partitions'));
            DO $do$
            BEGIN
                IF to_regclass('flows_{{source}}') IS NULL THEN
                    CREATE TABLE flows_{{source}} (LIKE flows) PARTITION BY RANGE (year);
                    ALTER TABLE flows ATTACH PARTITION flows_{{source}} FOR VALUES IN ({{source}});
                END IF;
            END $do$;
            """, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public static async Task<bool> HasYearAsync(NpgsqlConnection connection, short source, short year, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT to_regclass('{PartOf(source, year)}') IS NOT NULL", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Makes the table of a staged year. The check costs each row less than the scan that it saves when the year is attached.</summary>
    public static async Task StageYearAsync(NpgsqlConnection connection, short source, short year, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            CREATE TABLE IF NOT EXISTS {StagedPart(staging, year)} PARTITION OF {staging}
                (CONSTRAINT {OfYear} CHECK (source = {source}::smallint AND year >= {year}::smallint AND year < {year + 1}::smallint)) FOR VALUES IN ({year})
            """, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The years that a staging table has rows of.</summary>
    public static async Task<IReadOnlyList<short>> StagedYearsAsync(NpgsqlConnection connection, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT substring(c.relname FROM '[0-9]+$')::smallint AS year FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = to_regclass($1) ORDER BY year
            """, connection) { Parameters = { new() { Value = staging } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var years = new List<short>();
        while (await reader.ReadAsync(cancellationToken)) years.Add(reader.GetInt16(0));
        return years;
    }

    /// <summary>Takes a staged year, its index being built, out of the staging table and into the flows.</summary>
    public static async Task AttachYearAsync(
        NpgsqlConnection connection, short source, short year, string staging, string staged, CancellationToken cancellationToken)
    {
        var part = PartOf(source, year);
        await using var command = new NpgsqlCommand(
            $"""
            ALTER TABLE {staging} DETACH PARTITION {staged};
            ALTER TABLE {staged} RENAME TO {part};
            ALTER TABLE {part} ALTER COLUMN source DROP DEFAULT, ALTER COLUMN import_no DROP DEFAULT, ALTER COLUMN first_import_no DROP DEFAULT,
                ALTER COLUMN direction DROP DEFAULT, ALTER COLUMN breakdown DROP DEFAULT, ALTER COLUMN estimated DROP DEFAULT,
                ALTER COLUMN classification DROP DEFAULT;
            ALTER TABLE flows_{source} ATTACH PARTITION {part} FOR VALUES FROM ({year}) TO ({year + 1});
            ALTER TABLE {part} DROP CONSTRAINT IF EXISTS {OfYear};
            SET LOCAL default_statistics_target = 10;
            ANALYZE {part};
            """, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
