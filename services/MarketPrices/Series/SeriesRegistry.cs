using Chokepoint.MarketPrices.Domain;
using Npgsql;

namespace Chokepoint.MarketPrices.Series;

/// <summary>A series' number inside the database, and the id it is shown by.</summary>
internal sealed record SeriesKey(int No, Guid Id);

/// <summary>Finds a series by its identity, and makes it when it is new.</summary>
internal static class SeriesRegistry
{
    public static async Task<SeriesKey> ResolveAsync(NpgsqlConnection connection, SeriesIdentity identity, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH made AS (
                INSERT INTO series (id, mineral, form, unit, currency, source, frequency) VALUES ($7, $1, $2, $3, $4, $5, $6)
                ON CONFLICT (mineral, form, unit, currency, source, frequency) DO NOTHING RETURNING no, id)
            SELECT no, id FROM made UNION ALL
            SELECT no, id FROM series WHERE (mineral, form, unit, currency, source, frequency) = ($1, $2, $3, $4, $5, $6) LIMIT 1
            """, connection)
        {
            Parameters =
            {
                new() { Value = identity.Mineral }, new() { Value = identity.Form }, new() { Value = identity.Unit },
                new() { Value = identity.Currency }, new() { Value = identity.Source }, new() { Value = (short)identity.Frequency },
                new() { Value = Guid.CreateVersion7() },
            },
        };
        // Nothing when another transaction made it while this statement waited for it; it is visible to the next statement.
        return await ReadAsync(command, cancellationToken) ?? (await ReadAsync(command, cancellationToken))!;
    }

    private static async Task<SeriesKey?> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new SeriesKey(reader.GetInt32(0), reader.GetGuid(1)) : null;
    }
}
