using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.MarketPrices.Domain;

namespace Chokepoint.MarketPrices.Signals;

/// <summary>Signals as events.</summary>
internal static class SignalEvents
{
    public static PriceSignalChanged Of(
        Guid id, SeriesIdentity identity, PriceSignal signal, bool floorBreached, SignalLevel? previous, long version, DateTimeOffset now) => new()
    {
        EventId = Guid.CreateVersion7(now), Version = version, OccurredAt = now, Mineral = identity.Mineral, SeriesId = id,
        Series = identity.ToString(), Frequency = JsonNamingPolicy.KebabCaseLower.ConvertName(identity.Frequency.ToString()),
        AsOf = signal.AsOf, MonthReturn = signal.MonthReturn, YearReturn = signal.YearReturn,
        Volatility = signal.Volatility, RobustZ = signal.RobustZ, PreviousLevel = previous, Level = signal.Level,
        FloorBreached = floorBreached, Source = identity.Source,
    };
}
