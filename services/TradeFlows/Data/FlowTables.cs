using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;
using Npgsql;

namespace Chokepoint.TradeFlows.Data;

/// <summary>
/// The flows: one table by source and within it by year, so that a year's query reads that year. The year that a file brings first
/// becomes a part as it was staged.
/// </summary>
internal static class FlowTables
{
    /// <summary>Columns of a flow, in table order.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "source", "year", "period", "hs", "reporter", "direction", "partner", "breakdown", "classification", "quantity", "quantity_unit",
        "net_kg", "value_usd", "estimated", "import_no", "first_import_no",
    ];

    /// <summary>
    /// The natural key of a flow. Codes come first, since every question is about few codes and the years are partitions already.
    /// </summary>
    public static IReadOnlyList<string> Key { get; } = ["source", "year", "hs", "reporter", "direction", "partner", "period", "breakdown"];

    /// <summary>What a later file may change.</summary>
    public static IReadOnlyList<string> Figures { get; } = ["classification", "quantity", "quantity_unit", "net_kg", "value_usd", "estimated"];

    /// <summary>Run by the first migration, since EF Core knows no partitions.</summary>
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

    /// <summary>Takes a staged year, its key being built, out of the staging table and into the flows.</summary>
    public static async Task AttachYearAsync(
        NpgsqlConnection connection, short source, short year, string staging, string staged, CancellationToken cancellationToken)
    {
        var part = PartOf(source, year);
        await using var command = new NpgsqlCommand(
            $"""
            ALTER TABLE {staging} DETACH PARTITION {staged};
            ALTER TABLE {staged} RENAME TO {part};
            ALTER TABLE flows_{source} ATTACH PARTITION {part} FOR VALUES FROM ({year}) TO ({year + 1});
            ANALYZE {part};
            """, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Writes a row in the order of <see cref="Columns"/>.</summary>
    public static void Encode(BinaryCopyBuffer buffer, short source, in FlowRow row, int importNo)
    {
        buffer.StartRow(16);
        buffer.Write(source);
        buffer.Write(row.Year);
        buffer.Write(row.Period);
        buffer.Write(row.Hs);
        buffer.Write(row.Reporter);
        buffer.Write((short)row.Direction);
        buffer.Write(row.Partner);
        buffer.Write(row.Breakdown);
        buffer.Write(row.Classification);
        buffer.Write(row.Quantity);
        buffer.Write(row.QuantityUnit);
        buffer.Write(row.NetKg);
        buffer.Write(row.ValueUsd);
        buffer.Write(row.Estimated);
        buffer.Write(importNo);
        buffer.Write(importNo);
    }
}
