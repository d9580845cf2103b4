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
    public static async Task<Dictionary<(string, string), CurrentScore>> LoadAsync(
        NpgsqlConnection connection, IReadOnlyList<WorkItem> items, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            SELECT c.economy, c.mineral, c.version, c.score, c.structure, c.controls_factor, c.trade, c.market, c.fingerprint, c.controls, c.stage, c.figures,
                c.signals, c.level, c.state
            FROM current_scores c JOIN unnest($1, $2) AS pairs (economy, mineral) USING (economy, mineral)
            """, connection)
        {
            Parameters = { new() { Value = items.Select(i => i.Economy).ToArray() }, new() { Value = items.Select(i => i.Mineral).ToArray() } },
        };
        var found = new Dictionary<(string, string), CurrentScore>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new CurrentScore(
                reader.GetString(0), reader.GetString(1), reader.GetInt64(2), Number(reader, 3),
                Number(reader, 4) is { } structure ? new FactorScores(structure, Number(reader, 5) ?? 0, Number(reader, 6), Number(reader, 7)) : null,
                reader.GetString(8), JsonSerializer.Deserialize<ControlMark[]>(reader.GetString(9), EventJson.Options)!,
                await reader.IsDBNullAsync(10, cancellationToken) ? null : reader.GetString(10), reader.GetString(11),
                JsonSerializer.Deserialize<SignalMark[]>(reader.GetString(12), EventJson.Options)!,
                await reader.IsDBNullAsync(13, cancellationToken) ? null : reader.GetString(13), reader.GetString(14));
            found[(row.Economy, row.Mineral)] = row;
        }

        return found;
    }

    private static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
}
