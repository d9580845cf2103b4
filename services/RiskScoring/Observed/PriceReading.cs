using System.Text.Json;
using Chokepoint.Contracts;

namespace Chokepoint.RiskScoring.Observed;

/// <summary>What a price series says, as its last event told it.</summary>
internal sealed record PriceReading(
    string Mineral, Guid SeriesId, string Series, string? Frequency, DateOnly AsOf, double? MonthReturn, double? RobustZ, string Source, Guid EventId)
{
    /// <summary>The factor takes the return of 30 days or one month (METHOD.md section 3): a quarter's or a year's is none.</summary>
    public bool IsOfAMonth => Frequency is null or "daily" or "weekly" or "monthly";

    /// <summary>A signal is of a month: three of them without a newer price is stale.</summary>
    public DateOnly StaleFrom => AsOf.AddMonths(3).AddDays(1);

    public static PriceReading Parse(string json) => From(JsonSerializer.Deserialize<PriceSignalChanged>(json, EventJson.Options)!);

    public static PriceReading From(PriceSignalChanged e) =>
        new(e.Mineral, e.SeriesId, e.Series, e.Frequency, e.AsOf, e.MonthReturn, e.RobustZ, e.Source, e.EventId);
}
