using Npgsql;

namespace Chokepoint.TradeFlows.Data;

/// <summary>
/// The flows: one table by source and within it by year, so that a year's query reads that year. Partitions are made when a file
/// first brings their year.
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

    /// <summary>
    /// Makes the partition for a source's year. Attached rather than created in place, since that locks readers out of nothing; in a
    /// transaction of its own, since even that lock must not be held for the length of a merge.
    /// </summary>
    public static async Task EnsurePartitionAsync(NpgsqlDataSource database, short source, short year, CancellationToken cancellationToken)
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
                IF to_regclass('flows_{{source}}_{{year}}') IS NULL THEN
                    CREATE TABLE flows_{{source}}_{{year}} (LIKE flows);
                    ALTER TABLE flows_{{source}} ATTACH PARTITION flows_{{source}}_{{year}} FOR VALUES FROM ({{year}}) TO ({{year + 1}});
                END IF;
            END $do$;
            """, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
