using System.Runtime.CompilerServices;
using Chokepoint.Contracts;
using Chokepoint.MarketPrices.Domain;
using Chokepoint.Messaging.Operations;
using Chokepoint.ServiceDefaults;
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
                p.version, p.as_of, p.month_return, p.year_return, p.volatility, p.robust_z, p.level, p.floor_breached, p.price
            FROM price_signals p JOIN series s ON s.no = p.series_no WHERE p.version > 0
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken)) yield return Of(row);
    }

    private PriceSignalChanged Of(NpgsqlDataReader row)
    {
        var identity = new SeriesIdentity(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), (Frequency)row.GetInt16(6));
        var signal = new PriceSignal(
            row.GetFieldValue<DateOnly>(8), row.GetDouble(15), row.NumberOrNull(9), row.NumberOrNull(10), row.NumberOrNull(11), row.NumberOrNull(12),
            (SignalLevel)row.GetInt16(13));
        return SignalEvents.Of(row.GetGuid(0), identity, signal, row.GetBoolean(14), signal.Level, row.GetInt64(7), time.GetUtcNow())
            with { Routine = true, Silent = true };
    }
}
