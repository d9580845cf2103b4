using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Observed;
using Chokepoint.RiskScoring.Scores;
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
        economy, mineral, reader.GetInt64(first), Number(reader, first + 1),
        Number(reader, first + 2) is { } structure
            ? new FactorScores(structure, Number(reader, first + 3) ?? 0, Number(reader, first + 4), Number(reader, first + 5))
            : null,
        reader.GetString(first + 6), JsonSerializer.Deserialize<ControlMark[]>(reader.GetString(first + 7), EventJson.Options)!,
        Text(reader, first + 8), reader.GetString(first + 9), JsonSerializer.Deserialize<SignalMark[]>(reader.GetString(first + 10), EventJson.Options)!,
        Text(reader, first + 11), reader.GetString(first + 12));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
}
