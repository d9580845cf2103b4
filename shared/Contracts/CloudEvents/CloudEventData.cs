namespace Chokepoint.Contracts.CloudEvents;

/// <summary><c>data</c> of <see cref="CloudEventTypes.ControlStateChanged"/>: a clause of a notice is in another state than before.</summary>
/// <remarks>Days are days in the issuer's time zone; <see cref="EffectiveUntil"/> is inclusive.</remarks>
public sealed record ControlStateChangedData
{
    public required Guid NoticeId { get; init; }

    /// <inheritdoc cref="ControlStateChanged.Issuer"/>
    public required string Issuer { get; init; }

    public required string DocumentNumber { get; init; }
    public required string Title { get; init; }
    public required string Clause { get; init; }
    public required Measure Measure { get; init; }
    public required IReadOnlyList<string> Minerals { get; init; }
    public required IReadOnlyList<Stage> Stages { get; init; }

    /// <inheritdoc cref="ControlStateChanged.HsCodes"/>
    public required IReadOnlyList<string> HsCodes { get; init; }

    /// <summary>Null means every destination.</summary>
    public required IReadOnlyList<string>? Destinations { get; init; }

    public required IReadOnlyList<string> ExcludedDestinations { get; init; }
    public required EndUse? EndUse { get; init; }
    public required QuotaTerms? Quota { get; init; }

    /// <summary>Set where the clause acts on goods made abroad.</summary>
    public required ExtraterritorialRule? Extraterritorial { get; init; }

    /// <summary>Null when the clause was not known before.</summary>
    public required ControlStatus? PreviousStatus { get; init; }

    public required ControlStatus Status { get; init; }

    /// <inheritdoc cref="ControlStateChanged.StateSince"/>
    public required DateOnly StateSince { get; init; }

    public required StatusBasis Basis { get; init; }

    /// <inheritdoc cref="ControlStateChanged.EffectiveFrom"/>
    public required DateOnly EffectiveFrom { get; init; }

    /// <inheritdoc cref="ControlStateChanged.EffectiveUntil"/>
    public required DateOnly? EffectiveUntil { get; init; }

    /// <summary>Every status from the announcement on, as known now, future ones too.</summary>
    public required IReadOnlyList<ControlInterval> Schedule { get; init; }

    public required IReadOnlyList<SourceReference> Sources { get; init; }
    public required Confidence Confidence { get; init; }

    /// <summary>Version of the clause, from 1: of two events about one subject the higher is the newer, whichever arrived first.</summary>
    public required long Version { get; init; }
}

/// <summary><c>data</c> of <see cref="CloudEventTypes.ControlBoundaryApproaching"/>: a clause will be in another state soon.</summary>
/// <remarks>A boundary may still move: one that did is told of anew, by its own day and lead times.</remarks>
public sealed record ControlBoundaryApproachingData
{
    public required Guid NoticeId { get; init; }

    /// <inheritdoc cref="ControlStateChanged.Issuer"/>
    public required string Issuer { get; init; }

    public required string DocumentNumber { get; init; }
    public required string Title { get; init; }
    public required string Clause { get; init; }
    public required Measure Measure { get; init; }
    public required IReadOnlyList<string> Minerals { get; init; }

    /// <summary>Null means every destination.</summary>
    public required IReadOnlyList<string>? Destinations { get; init; }

    public required IReadOnlyList<string> ExcludedDestinations { get; init; }
    public required EndUse? EndUse { get; init; }

    /// <summary>First day of the next status, in the issuer's time zone, and the instant at which it begins.</summary>
    public required DateOnly On { get; init; }

    public required DateTime At { get; init; }

    /// <summary>30, 7 or 1.</summary>
    public required int LeadDays { get; init; }

    public required int DaysLeft { get; init; }
    public required ControlStatus Status { get; init; }
    public required ControlStatus NextStatus { get; init; }
    public required StatusBasis Basis { get; init; }
    public required IReadOnlyList<SourceReference> Sources { get; init; }
    public required Confidence Confidence { get; init; }

    /// <summary>Version of the clause, as its last change of state had it.</summary>
    public required long Version { get; init; }
}

/// <summary><c>data</c> of <see cref="CloudEventTypes.RiskScoreChanged"/>: what the score was and is, why, and from what.</summary>
public sealed record RiskScoreChangedData
{
    /// <inheritdoc cref="RiskScoreChanged.Economy"/>
    public required string Economy { get; init; }

    public required string Mineral { get; init; }

    /// <inheritdoc cref="RiskScoreChanged.Stage"/>
    public required Stage Stage { get; init; }

    /// <summary>Null for the first revision of a pair.</summary>
    public required ScoreSnapshot? Previous { get; init; }

    public required ScoreSnapshot Current { get; init; }

    /// <summary>Points per factor, adding up to the change of the score.</summary>
    public required IReadOnlyList<FactorDelta> Deltas { get; init; }

    public required IReadOnlyList<Cause> Causes { get; init; }

    /// <inheritdoc cref="RiskScoreChanged.Method"/>
    public required string Method { get; init; }

    public required IReadOnlyList<InputVintage> Inputs { get; init; }

    /// <summary>The score in the risk API; absolute where the platform was told its public address.</summary>
    public required string Url { get; init; }
}

/// <summary><c>data</c> of <see cref="CloudEventTypes.PriceSignalChanged"/>.</summary>
/// <remarks>Returns are natural-log returns; a figure without enough past is null, never zero.</remarks>
public sealed record PriceSignalChangedData
{
    public required string Mineral { get; init; }
    public required Guid SeriesId { get; init; }
    public required string Series { get; init; }

    /// <inheritdoc cref="PriceSignalChanged.AsOf"/>
    public required DateOnly AsOf { get; init; }

    /// <inheritdoc cref="PriceSignalChanged.MonthReturn"/>
    public required double? MonthReturn { get; init; }

    /// <inheritdoc cref="PriceSignalChanged.YearReturn"/>
    public required double? YearReturn { get; init; }

    /// <inheritdoc cref="PriceSignalChanged.Volatility"/>
    public required double? Volatility { get; init; }

    /// <inheritdoc cref="PriceSignalChanged.RobustZ"/>
    public required double? RobustZ { get; init; }

    public required SignalLevel? PreviousLevel { get; init; }
    public required SignalLevel Level { get; init; }

    /// <inheritdoc cref="PriceSignalChanged.FloorBreached"/>
    public required bool FloorBreached { get; init; }

    public required string Source { get; init; }
    public required long Version { get; init; }
}

/// <summary><c>data</c> of <see cref="CloudEventTypes.SupplyProfileChanged"/>.</summary>
/// <remarks>HHI on the 0..10,000 scale with both bounds of what no named supplier holds; shares 0..1 of <see cref="Basis"/>.</remarks>
public sealed record SupplyProfileChangedData
{
    /// <inheritdoc cref="SupplyProfileChanged.Importer"/>
    public required string Importer { get; init; }

    public required string Mineral { get; init; }

    /// <inheritdoc cref="SupplyProfileChanged.Stage"/>
    public required Stage? Stage { get; init; }

    /// <inheritdoc cref="SupplyProfileChanged.Period"/>
    public required string Period { get; init; }

    public required IReadOnlyList<SupplierShare> Suppliers { get; init; }

    /// <inheritdoc cref="SupplyProfileChanged.Hhi"/>
    public required double Hhi { get; init; }

    /// <inheritdoc cref="SupplyProfileChanged.HhiLow"/>
    public required double HhiLow { get; init; }

    /// <inheritdoc cref="SupplyProfileChanged.HhiHigh"/>
    public required double HhiHigh { get; init; }

    /// <inheritdoc cref="SupplyProfileChanged.VolumeKg"/>
    public required double? VolumeKg { get; init; }

    /// <inheritdoc cref="SupplyProfileChanged.ValueUsd"/>
    public required double? ValueUsd { get; init; }

    /// <inheritdoc cref="SupplyProfileChanged.Basis"/>
    public required string Basis { get; init; }

    public required IReadOnlyList<string> HsCodes { get; init; }

    /// <inheritdoc cref="SupplyProfileChanged.IsBasket"/>
    public required bool IsBasket { get; init; }

    public required bool Collapse { get; init; }
    public required IReadOnlyList<SupplierFlow>? Flows { get; init; }
    public required string Source { get; init; }
    public required long Version { get; init; }
}

/// <summary><c>data</c> of <see cref="CloudEventTypes.SubscriptionTest"/>.</summary>
public sealed record SubscriptionTestData
{
    public required Guid SubscriptionId { get; init; }
    public required string Message { get; init; }
}
