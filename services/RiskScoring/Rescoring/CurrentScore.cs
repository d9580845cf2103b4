using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Observed;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.ServiceDefaults;
using Npgsql;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>The newest revision of a pair, as far as the next one is compared against it.</summary>
internal sealed record CurrentScore(
    string Economy, string Mineral, long Version, double? Score, FactorScores? Factors, string Fingerprint, IReadOnlyList<ControlMark> Controls,
    string? Stage, string Figures, IReadOnlyList<SignalMark> Signals, string? Level, string State)
{
    /// <summary>What <see cref="Read"/> reads, of <c>current_scores c</c>.</summary>
    public const string Columns = """
        c.version, c.score, c.structure, c.controls_factor, c.trade, c.market, c.fingerprint, c.controls, c.stage, c.figures, c.signals, c.level, c.state
        """;

    /// <param name="first">Where the columns begin.</param>
    /// <returns>Null where the pair has no score yet.</returns>
    public static CurrentScore? Read(NpgsqlDataReader reader, string economy, string mineral, int first) => reader.IsDBNull(first) ? null : new CurrentScore(
        economy, mineral, reader.GetInt64(first), reader.NumberOrNull(first + 1),
        reader.NumberOrNull(first + 2) is { } structure
            ? new FactorScores(structure, reader.NumberOrNull(first + 3) ?? 0, reader.NumberOrNull(first + 4), reader.NumberOrNull(first + 5))
            : null,
        reader.GetString(first + 6), JsonSerializer.Deserialize<ControlMark[]>(reader.GetString(first + 7), EventJson.Options)!,
        reader.TextOrNull(first + 8), reader.GetString(first + 9), JsonSerializer.Deserialize<SignalMark[]>(reader.GetString(first + 10), EventJson.Options)!,
        reader.TextOrNull(first + 11), reader.GetString(first + 12));
}
