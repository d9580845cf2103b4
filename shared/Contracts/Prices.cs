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

/// <summary>A price series moved to another signal level, broke or mended its floor, or has newer figures (<see cref="Routine"/>). Published by MarketPrices; the aggregate is the series.</summary>
public sealed record PriceSignalChanged : IPlatformEvent
{
    /// <summary>
    /// Least spread of a series' log returns that <see cref="RobustZ"/> is taken by: on a quiet or administered price any move would be a
    /// thousand deviations.
    /// </summary>
    public const double SpreadFloor = 0.02;

    public required Guid EventId { get; init; }
    public required long Version { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    public required string Mineral { get; init; }
    public required Guid SeriesId { get; init; }

    /// <summary>The series in words: form, unit, currency, source, frequency.</summary>
    public required string Series { get; init; }

    /// <summary><c>daily</c>, <c>weekly</c>, <c>monthly</c>, <c>quarterly</c> or <c>annual</c>; a return over more than a month is no shock of a month.</summary>
    public string? Frequency { get; init; }

    /// <summary>The day of the series' newest price.</summary>
    public required DateOnly AsOf { get; init; }

    /// <summary>Natural-log return over the latest 30 days, or over one step of a coarser series; null without a price that long ago.</summary>
    public double? MonthReturn { get; init; }

    /// <summary>Natural-log return over the latest 365 days; null without a price that long ago.</summary>
    public double? YearReturn { get; init; }

    /// <summary>Standard deviation of those monthly returns over the trailing three years.</summary>
    public double? Volatility { get; init; }

    /// <summary>Robust z-score of <see cref="MonthReturn"/>: distance from the median in scaled median absolute deviations.</summary>
    public double? RobustZ { get; init; }

    public SignalLevel? PreviousLevel { get; init; }
    public required SignalLevel Level { get; init; }

    /// <summary>The newest price is below the floor that an operator set; false where none is set that it can be held against.</summary>
    public required bool FloorBreached { get; init; }

    public required string Source { get; init; }

    /// <summary>
    /// True when neither the level nor the floor changed: newer figures that a score follows and subscribers are not told. Sent when the
    /// z-score passes a tenth between 2 and 8, and with the first price of a month.
    /// </summary>
    public bool Routine { get; init; }

    /// <summary>True where scores follow and subscribers are not told, as of facts that are sent again after a loss.</summary>
    public bool Silent { get; init; }
}
