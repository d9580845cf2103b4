using System.Runtime.CompilerServices;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.MarketPrices.Domain;
using Chokepoint.Messaging.Operations;
using Npgsql;

namespace Chokepoint.MarketPrices.Signals;

/// <summary>The signal of every series that was ever announced, as it is now.</summary>
internal sealed class SignalFacts(NpgsqlDataSource source, TimeProvider time) : IFacts<PriceSignalChanged>
{
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT count(*) FROM price_signals WHERE version > 0");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async IAsyncEnumerable<PriceSignalChanged> StateAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("""
            SELECT s.id, s.mineral, s.form, s.unit, s.currency, s.source, s.frequency,
                p.version, p.as_of, p.month_return, p.year_return, p.volatility, p.robust_z, p.level, p.floor_breached
            FROM price_signals p JOIN series s ON s.no = p.series_no WHERE p.version > 0
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken)) yield return Of(row);
    }

    private PriceSignalChanged Of(NpgsqlDataReader row)
    {
        var identity = new SeriesIdentity(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), (Frequency)row.GetInt16(6));
        var now = time.GetUtcNow();
        return new PriceSignalChanged
        {
            EventId = Guid.CreateVersion7(now), Version = row.GetInt64(7), OccurredAt = now, Mineral = identity.Mineral, SeriesId = row.GetGuid(0),
            Series = identity.ToString(), Frequency = JsonNamingPolicy.KebabCaseLower.ConvertName(identity.Frequency.ToString()),
            AsOf = row.GetFieldValue<DateOnly>(8), MonthReturn = Number(9), YearReturn = Number(10), Volatility = Number(11), RobustZ = Number(12),
            PreviousLevel = (SignalLevel)row.GetInt16(13), Level = (SignalLevel)row.GetInt16(13), FloorBreached = row.GetBoolean(14),
            Source = identity.Source, Routine = true, Silent = true,
        };

        double? Number(int column) => row.IsDBNull(column) ? null : row.GetDouble(column);
    }
}
