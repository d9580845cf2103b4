using System.Text.Json.Serialization;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>The answer of <c>GET /api/risk/scores/{economy}/{mineral}</c>, and what a revision keeps (API.md).</summary>
/// <param name="Score">0..100, one decimal; null without producer figures for any stage.</param>
/// <param name="Interval">The same computation at both ends of what is not known.</param>
/// <param name="State"><c>ok</c>, <c>stale</c> or <c>insufficient_data</c>.</param>
/// <param name="Basis"><c>sourced</c>, or <c>global</c> where the importer's own suppliers are not known.</param>
/// <param name="Coverage">Weight of the factors with data over the weight of all.</param>
/// <param name="Contributions">Their points add up to the score.</param>
/// <param name="Deltas">Their points add up to the change since the revision before.</param>
/// <param name="Methods">Published methods, beside the score and never in it.</param>
internal sealed record ScoreDocument(
    string Economy,
    string Mineral,
    Stage? Stage,
    double? Score,
    Interval? Interval,
    RiskLevel? Level,
    string State,
    string? Basis,
    double Coverage,
    DateTimeOffset AsOf,
    long Version,
    string Method,
    IReadOnlyList<Contribution> Contributions,
    IReadOnlyList<AbsentFactor> Absent,
    IReadOnlyList<StageLine> Stages,
    IReadOnlyList<FactorDelta> Deltas,
    IReadOnlyDictionary<string, MethodValue> Methods,
    IReadOnlyList<Cause> Causes,
    IReadOnlyList<InputVintage> Inputs);

internal sealed record Interval(double Low, double High);

/// <param name="X">The factor, 0..1.</param>
internal sealed record Contribution(string Factor, double X, double Weight, double Points, IReadOnlyList<Evidence> Evidence);

/// <summary>A factor that has no data: it is not in the score, which is not the same as being zero.</summary>
internal sealed record AbsentFactor(string Factor, double Weight, string Reason);

internal sealed record StageLine(Stage Stage, double Score, Interval Interval, string Basis);

internal sealed record MethodValue(
    double? Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Unit = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Stage? Stage = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? State = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Interval? Interval = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Vintage = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Note = null);
