using System.Text.Json.Serialization;

namespace Chokepoint.Contracts;

/// <summary>How far the latest return stands out of the series' own past.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SignalLevel>))]
public enum SignalLevel
{
    [JsonStringEnumMemberName("normal")] Normal,
    [JsonStringEnumMemberName("elevated")] Elevated,
    [JsonStringEnumMemberName("shock")] Shock,
}

/// <summary>A price series moved to another signal level, or broke or mended its floor. Published by MarketPrices; the aggregate is the series.</summary>
public sealed record PriceSignalChanged : IPlatformEvent
{
    public required Guid EventId { get; init; }
    public required long Version { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    public required string Mineral { get; init; }
    public required Guid SeriesId { get; init; }

    /// <summary>The series in words: form, unit, currency, source, frequency.</summary>
    public required string Series { get; init; }

    public required DateOnly AsOf { get; init; }

    /// <summary>Natural-log return over the latest 30 days (or one month), and over the latest year; null without enough past.</summary>
    public double? MonthReturn { get; init; }

    public double? YearReturn { get; init; }

    /// <summary>Standard deviation of those monthly returns over the trailing three years.</summary>
    public double? Volatility { get; init; }

    /// <summary>Robust z-score of <see cref="MonthReturn"/>: distance from the median in scaled median absolute deviations.</summary>
    public double? RobustZ { get; init; }

    public SignalLevel? PreviousLevel { get; init; }
    public required SignalLevel Level { get; init; }
    public required bool FloorBreached { get; init; }
    public required string Source { get; init; }
    public bool Silent { get; init; }
}
