using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.RiskScoring.Stream;

/// <summary>A score that moved. <paramref name="Id"/> orders moves by commit and resumes a stream.</summary>
internal sealed record Move(
    long Id, string Economy, string Mineral, string? Stage, double? Previous, double? Score, string? Level, string State, long Version, DateTimeOffset At,
    JsonElement Deltas, JsonElement Causes);

/// <summary>
/// Revisions in the order in which they became visible. Ids are drawn before the commit, so two transactions may commit against the order of
/// their ids: what is newer than the oldest transaction still open is held back until that one has ended, and then nothing can come in before it.
/// </summary>
internal static class Moves
{
    private const string Settled = "r.transaction_id < pg_snapshot_xmin(pg_current_snapshot())";

    public static async Task<List<Move>> AfterAsync(
        NpgsqlDataSource database, long after, DateTimeOffset? since, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            SELECT r.id, r.economy, r.mineral, r.document::json->>'stage', b.score, r.score, r.level, r.state, r.version, r.as_of,
                r.document::json->'deltas', r.document::json->'causes'
            FROM revisions r LEFT JOIN revisions b ON (b.economy, b.mineral, b.version) = (r.economy, r.mineral, r.version - 1)
            WHERE r.id > $1 AND ($2 IS NULL OR r.as_of >= $2) AND r.version > 1 AND {Settled}
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
                r.GetInt64(0), r.GetString(1), r.GetString(2), Text(3), Number(4), Number(5), Text(6), r.GetString(7), r.GetInt64(8),
                r.GetFieldValue<DateTimeOffset>(9), JsonElement.Parse(r.GetString(10)), JsonElement.Parse(r.GetString(11))));
        }

        return moves;

        string? Text(int column) => r.IsDBNull(column) ? null : r.GetString(column);
        double? Number(int column) => r.IsDBNull(column) ? null : r.GetDouble(column);
    }

    /// <summary>Where a stream that asks for nothing older begins.</summary>
    public static async Task<long> LastAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT coalesce(max(r.id), 0) FROM revisions r WHERE {Settled}");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
