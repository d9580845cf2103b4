using System.Text.Json;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>One revision of a score: what it became, by how much and why.</summary>
internal sealed record RevisionLine(
    long Version, DateTimeOffset AsOf, double? Score, string? Level, string State, string Method, JsonElement Deltas, JsonElement Causes);

/// <summary>Every revision of a pair, newest first.</summary>
internal static class ScoreHistory
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/scores/{economy}/{mineral}/history", HandleAsync)
        .WithName("GetScoreHistory")
        .WithSummary("Every revision of a score, newest first")
        .WithDescription("`from` and `to` bound the days scored; `on` gives the one revision that stood at the end of that day (UTC); `knownOn` leaves out what was recorded later.")
        .Produces<Page<RevisionLine>>();

    private static async Task<IResult> HandleAsync(
        string economy, string mineral, DateOnly? from, DateOnly? to, DateOnly? on, DateOnly? knownOn, PageRequest page, SupplyBook book, NpgsqlDataSource database,
        CancellationToken cancellationToken)
    {
        if (!book.Contains(economy, mineral)) return GetScore.Absent(economy, mineral);
        if (from > to) return Problems.Invalid("/to", "Must not be before from.");
        await using var command = database.CreateCommand("""
            SELECT version, as_of, score, level, state, method, document::json->'deltas', document::json->'causes' FROM revisions
            WHERE economy = $1 AND mineral = $2 AND ($3 IS NULL OR as_of >= $3) AND ($4 IS NULL OR as_of < $4) AND ($5 IS NULL OR version < $5)
                AND ($7 IS NULL OR as_of < $7) AND ($8 IS NULL OR as_of < $8)
            ORDER BY version DESC LIMIT $6
            """);
        command.Parameters.Add(new() { Value = economy });
        command.Parameters.Add(new() { Value = mineral });
        command.Parameters.Add(new() { Value = from is { } f ? GetScore.StartOf(f) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = to is { } t ? GetScore.EndOf(t) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = page.After<long?>() ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = on is null ? page.Take : 1 });
        command.Parameters.Add(new() { Value = on is { } day ? GetScore.EndOf(day) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = knownOn is { } known ? GetScore.EndOf(known) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        var lines = new List<RevisionLine>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(new RevisionLine(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetDouble(2),
                await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetString(3), reader.GetString(4), reader.GetString(5),
                JsonElement.Parse(reader.GetString(6)), JsonElement.Parse(reader.GetString(7))));
        }

        return TypedResults.Ok(Page.From(lines, page, l => (long?)l.Version));
    }
}
