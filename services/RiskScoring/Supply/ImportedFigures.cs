using System.Globalization;
using Chokepoint.Contracts;
using Chokepoint.Imports;
using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.RiskScoring.Supply;

/// <summary>The figures that operators imported, in riskdb: never changed and never deleted, so that every edition stays.</summary>
internal static class ImportedFigures
{
    public static IReadOnlyList<string> Columns { get; } = [.. FigureTable.Columns];

    /// <summary>Asks how many imports have been merged; their numbers would not do, since a later one may be merged first.</summary>
    public static string Count { get; } = string.Create(CultureInfo.InvariantCulture, $"SELECT count(*) FROM import_jobs WHERE state = {(int)ImportState.Completed}");

    public static async Task<long> CountAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Count, connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The numbers of the imports that were merged before an instant, in the order of acceptance.</summary>
    public static async Task<long[]> MergedAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT coalesce(array_agg(no ORDER BY no), '{{}}') FROM import_jobs WHERE state = {(int)ImportState.Completed} AND finished_at < $1", connection)
        {
            Parameters = { new() { Value = before.ToUniversalTime() } },
        };
        return (long[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Oldest import first, and in the order of the file.</summary>
    /// <param name="imports">Of these imports; null is of all.</param>
    public static async Task<List<Figure>> ReadAsync(NpgsqlConnection connection, long[]? imports, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT {string.Join(", ", Columns)} FROM figures WHERE $1 IS NULL OR import_no = ANY($1) ORDER BY import_no, row_no", connection)
        {
            Parameters = { new() { Value = (object?)imports ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint } },
        };
        var figures = new List<Figure>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) figures.Add(Map(reader));
        return figures;
    }

    private static Figure Map(NpgsqlDataReader row) => new(
        FigureKinds.TryParse(row.GetString(0), out var kind) ? kind : throw new InvalidDataException($"{row.GetString(0)} is no kind of figure."),
        row.TextOrNull(1), row.TextOrNull(2) is { } stage ? Enum.Parse<Stage>(stage, ignoreCase: true) : null, row.TextOrNull(3), row.TextOrNull(4),
        row.TextOrNull(5), row.NumberOrNull(6), row.NumberOrNull(7), row.NumberOrNull(8), row.GetString(9), row.TextOrNull(10), row.GetInt32(11),
        row.GetString(12), row.GetString(13), row.TextOrNull(14));
}
