using Chokepoint.Contracts;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>What trade and prices say of a mineral for an importer; null is no data, and the factor is then absent.</summary>
/// <param name="Falls">
/// By supplier, 0..1: 1 − latest month / median of the twelve before, where that is beyond the flow's own noise; a supplier whose flow
/// is known and has not fallen stands here with 0.
/// </param>
/// <param name="MarketZ">Robust z-score of the latest month's return.</param>
internal sealed record Signals(IReadOnlyDictionary<string, double>? Falls, double? MarketZ)
{
    /// <summary>The same stage by stage, ore and metal being shipped by different suppliers; takes the place of <see cref="Falls"/>.</summary>
    public IReadOnlyDictionary<Stage, IReadOnlyDictionary<string, double>>? FallsByStage { get; init; }

    public static Signals None { get; } = new(null, null);

    public IReadOnlyDictionary<string, double>? FallsAt(Stage stage) => FallsByStage is { } stages ? stages.GetValueOrDefault(stage) : Falls;

    /// <summary>max(0, z − 2)/6, at most 1.</summary>
    public double? Market(LiveMethod method) =>
        MarketZ is { } z ? Math.Clamp((z - method.MarketFromZ) / method.MarketRangeZ, 0, 1) : null;
}
