using System.Text.Json.Serialization;

namespace Chokepoint.Contracts;

/// <summary>low &lt; 25 ≤ moderate &lt; 50 ≤ high &lt; 75 ≤ severe (METHOD.md section 3).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RiskLevel>))]
public enum RiskLevel
{
    [JsonStringEnumMemberName("low")] Low,
    [JsonStringEnumMemberName("moderate")] Moderate,
    [JsonStringEnumMemberName("high")] High,
    [JsonStringEnumMemberName("severe")] Severe,
}

/// <summary>A score as a subscriber sees it: 0..100, its level, and the revision that holds it.</summary>
public sealed record ScoreSnapshot(double Score, RiskLevel Level, long Version);

/// <summary>How many points one factor moved the score, and why in one sentence. Points add up to the change.</summary>
public sealed record FactorDelta(string Factor, double Points, string Reason);

/// <summary>An event that a revision answers to. <paramref name="Type"/> is <c>control</c>, <c>price</c>, <c>trade</c>, <c>figures</c> or <c>day</c>.</summary>
public sealed record Cause(Guid EventId, string Type, string Label);

/// <summary>An input of a score and the edition it was taken from.</summary>
public sealed record InputVintage(string Name, string Vintage);

/// <summary>The risk of one mineral for one importing economy was revised. Published by RiskScoring; the aggregate is the pair.</summary>
public sealed record RiskScoreChanged : IPlatformEvent
{
    public required Guid EventId { get; init; }
    public required long Version { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The importer: ISO 3166-1 alpha-3, or <c>EU27</c>.</summary>
    public required string Economy { get; init; }

    public required string Mineral { get; init; }

    /// <summary>The stage that decides: the one whose score is the highest.</summary>
    public required Stage Stage { get; init; }

    /// <summary>Null for the first revision of a pair.</summary>
    public ScoreSnapshot? Previous { get; init; }

    public required ScoreSnapshot Current { get; init; }
    public required IReadOnlyList<FactorDelta> Deltas { get; init; }
    public required IReadOnlyList<Cause> Causes { get; init; }

    /// <summary>The method's name, as <c>GET /api/risk/methods</c> lists it.</summary>
    public required string Method { get; init; }

    public required IReadOnlyList<InputVintage> Inputs { get; init; }

    /// <summary>True where subscribers are not told. RiskScoring publishes none of those.</summary>
    public bool Silent { get; init; }
}
