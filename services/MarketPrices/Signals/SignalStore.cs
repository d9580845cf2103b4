using Chokepoint.Contracts;
using Chokepoint.MarketPrices.Data;
using Chokepoint.MarketPrices.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.MarketPrices.Signals;

/// <summary>What was last known of a series' signal. <paramref name="Version"/> counts announcements.</summary>
internal sealed record LastSignal(SignalLevel Level, bool FloorBreached, long Version, double? RobustZ, DateOnly AsOf);

/// <summary>Reads what signals are taken from, and keeps the last of each series.</summary>
internal static class SignalStore
{
    private static readonly Comparer<Price> ByDate = Comparer<Price>.Create((a, b) => a.Date.CompareTo(b.Date));

    public static async Task<(Guid Id, SeriesIdentity Identity, PriceFloor? Floor)> SeriesAsync(
        NpgsqlConnection connection, int no, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT s.id, s.mineral, s.form, s.unit, s.currency, s.source, s.frequency, f.price, f.unit, f.currency
            FROM series s LEFT JOIN price_floors f ON f.mineral = s.mineral WHERE s.no = $1
            """, connection) { Parameters = { new() { Value = no } } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var identity = new SeriesIdentity(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), (Frequency)row.GetInt16(6));
        return (row.GetGuid(0), identity, row.IsDBNull(7) ? null : new PriceFloor(row.GetDouble(7), row.GetString(8), row.GetString(9)));
    }

    /// <summary>The newest prices, in order of date.</summary>
    public static async Task<List<Price>> PricesAsync(NpgsqlConnection connection, int no, int most, CancellationToken cancellationToken)
    {
        // The newest years that hold so many prices, as they are stored: unpacking them there takes longer than all else here.
        await using var command = new NpgsqlCommand(
            $"""
            SELECT y.year, y.dates, y.prices FROM observation_years y
            WHERE y.series_no = $1 AND y.year >= (
                SELECT min(year) FROM (
                    SELECT year, sum(prices) OVER (ORDER BY year DESC) - prices AS newer
                    FROM (SELECT year, max(cardinality(dates)) AS prices FROM observation_years WHERE series_no = $1 GROUP BY year) y) n
                WHERE newer < $2)
            ORDER BY y.year, {ObservationTables.Newest}, y.batch_no
            """, connection)
        {
            Parameters = { new() { Value = no }, new() { Value = most } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var prices = new List<Price>();
        var (year, firstOfYear) = (0, 0);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetInt16(0) != year) (year, firstOfYear) = (reader.GetInt16(0), prices.Count);
            Put(prices, firstOfYear, reader.GetFieldValue<DateOnly[]>(1), reader.GetFieldValue<double[]>(2));
        }
        if (prices.Count > most) prices.RemoveRange(0, prices.Count - most);
        return prices;
    }

    /// <summary>Adds prices to those of their year, replacing the ones of the same days.</summary>
    private static void Put(List<Price> prices, int firstOfYear, DateOnly[] dates, double[] values)
    {
        for (var i = 0; i < dates.Length; i++)
        {
            var price = new Price(dates[i], values[i]);
            if (prices.Count == firstOfYear || prices[^1].Date < price.Date)
            {
                prices.Add(price);
                continue;
            }
            var at = prices.BinarySearch(firstOfYear, prices.Count - firstOfYear, price, ByDate);
            if (at >= 0) prices[at] = price;
            else prices.Insert(~at, price);
        }
    }

    public static async Task<LastSignal?> LastAsync(NpgsqlConnection connection, int no, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT level, floor_breached, version, robust_z, as_of FROM price_signals WHERE series_no = $1 FOR UPDATE", connection) { Parameters = { new() { Value = no } } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new LastSignal(
                (SignalLevel)row.GetInt16(0), row.GetBoolean(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetDouble(3), row.GetFieldValue<DateOnly>(4))
            : null;
    }

    public static async Task SaveAsync(
        NpgsqlConnection connection, int no, PriceSignal signal, bool breached, long version, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO price_signals AS p (series_no, version, as_of, price, month_return, year_return, volatility, robust_z, level, floor_breached)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (series_no) DO UPDATE SET version = excluded.version, as_of = excluded.as_of, price = excluded.price,
                month_return = excluded.month_return, year_return = excluded.year_return, volatility = excluded.volatility,
                robust_z = excluded.robust_z, level = excluded.level, floor_breached = excluded.floor_breached
            WHERE excluded.version >= p.version
            """, connection);
        command.Parameters.Add(new() { Value = no });
        command.Parameters.Add(new() { Value = version });
        command.Parameters.Add(new() { Value = signal.AsOf });
        command.Parameters.Add(new() { Value = signal.Price });
        foreach (var number in (double?[])[signal.MonthReturn, signal.YearReturn, signal.Volatility, signal.RobustZ])
            command.Parameters.Add(new() { Value = (object?)number ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double });
        command.Parameters.Add(new() { Value = (short)signal.Level });
        command.Parameters.Add(new() { Value = breached });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
