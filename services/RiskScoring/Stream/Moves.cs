using System.Text.Json;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.ServiceDefaults;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.RiskScoring.Stream;

/// <summary>A score that moved. <paramref name="Id"/> is in the order of commits and resumes a stream.</summary>
internal sealed record Move(
    long Id, string Economy, string Mineral, string? Stage, double? Previous, double? Score, string? Level, string State, long Version, DateTimeOffset At,
    JsonElement Deltas, JsonElement Causes);

/// <summary>Revisions in the order in which they became visible, which is that of their ids: <see cref="RevisionStore.TurnToWrite"/>.</summary>
internal static class Moves
{
    public static async Task<List<Move>> AfterAsync(
        NpgsqlDataSource database, long after, DateTimeOffset? since, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            SELECT r.id, r.economy, r.mineral, r.document::json->>'stage', b.score, r.score, r.level, r.state, r.version, r.as_of,
                r.document::json->'deltas', r.document::json->'causes'
            FROM revisions r LEFT JOIN revisions b ON (b.economy, b.mineral, b.version) = (r.economy, r.mineral, r.version - 1)
            WHERE r.id > $1 AND ($2 IS NULL OR r.as_of >= $2) AND r.version > 1
            ORDER BY r.id LIMIT $3
            """);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = since is { } at ? at.ToUniversalTime() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = limit });
        var moves = new List<Move>();
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        while (await r.ReadAsync(cancellationToken))
        {
            moves.Add(new Move(
                r.GetInt64(0), r.GetString(1), r.GetString(2), r.TextOrNull(3), r.NumberOrNull(4), r.NumberOrNull(5), r.TextOrNull(6), r.GetString(7), r.GetInt64(8),
                r.GetFieldValue<DateTimeOffset>(9), JsonElement.Parse(r.GetString(10)), JsonElement.Parse(r.GetString(11))));
        }

        return moves;
    }

    /// <summary>The newest id: where a stream that asks for nothing older begins.</summary>
    public static async Task<long> LastAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT coalesce(max(id), 0) FROM revisions");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
