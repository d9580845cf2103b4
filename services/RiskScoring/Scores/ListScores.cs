using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>One line of the list of scores.</summary>
internal sealed record ScoreLine(
    string Economy, string Mineral, string? Stage, double? Score, Interval? Interval, string? Level, string State, string? Basis, double Coverage,
    DateTimeOffset AsOf, long Version);

/// <summary>Which scores to list, and in what order.</summary>
internal sealed record ScoreFilter(string? Economy, string? Mineral, string? Level, string? State, string? Sort);

/// <summary>Where a page ended: the sort key and the pair.</summary>
internal sealed record ScorePosition(double? Key, string Economy, string Mineral);

/// <summary>The newest scores, filtered and sorted, page by page.</summary>
internal static class ListScores
{
    /// <summary>Those without a score come last, whichever way the others are sorted.</summary>
    private static readonly Dictionary<string, (string Key, string Order, string After)> Sorts = new(StringComparer.Ordinal)
    {
        ["-score"] = ("coalesce(score, -1)", "coalesce(score, -1) DESC, economy, mineral", "coalesce(score, -1) < $5 OR (coalesce(score, -1) = $5 AND (economy, mineral) > ($6, $7))"),
        ["score"] = ("coalesce(score, 101)", "coalesce(score, 101), economy, mineral", "(coalesce(score, 101), economy, mineral) > ($5, $6, $7)"),
        ["economy"] = ("0::float8", "economy, mineral", "(economy, mineral) > ($6, $7)"),
        ["mineral"] = ("0::float8", "mineral, economy", "(mineral, economy) > ($7, $6)"),
    };

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["/level"] = [.. Enum.GetValues<RiskLevel>().Select(l => JsonSerializer.Serialize(l, EventJson.Options).Trim('"'))],
        ["/state"] = [ScoreStates.Ok, ScoreStates.Stale, ScoreStates.InsufficientData],
        ["/sort"] = [.. Sorts.Keys],
    };

    public static void Map(RouteGroupBuilder api) => api.MapGet("/scores", HandleAsync)
        .WithName("ListScores")
        .WithSummary("The newest score of every pair")
        .WithDescription("Filters: economy, mineral, level, state. Sort: `-score` (the default), `score`, `economy`, `mineral`.")
        .Produces<Page<ScoreLine>>();

    private static async Task<IResult> HandleAsync(
        [AsParameters] ScoreFilter filter, PageRequest page, SupplyBook book, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (Mistakes(filter) is { Count: > 0 } errors) return Problems.Invalid(errors);
        var (key, order, after) = Sorts[filter.Sort ?? "-score"];
        var position = page.After<ScorePosition>();
        await using var command = database.CreateCommand($"""
            SELECT economy, mineral, stage, score, low, high, level, state, basis, coverage, as_of, version, {key}
            FROM current_scores
            WHERE ($1 IS NULL OR economy = $1) AND ($2 IS NULL OR mineral = $2) AND ($3 IS NULL OR level = $3) AND ($4 IS NULL OR state = $4)
                AND ($6 IS NULL OR {after})
            ORDER BY {order} LIMIT $8
            """);
        foreach (var text in (string?[])[filter.Economy, filter.Mineral, filter.Level, filter.State]) AddText(text);
        command.Parameters.Add(new() { Value = (object?)position?.Key ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double });
        AddText(position?.Economy);
        AddText(position?.Mineral);
        command.Parameters.Add(new() { Value = page.Take });

        var rows = new List<(ScoreLine Line, double Key)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) rows.Add((Read(reader), reader.GetDouble(12)));
        var paged = Page.From(rows, page, r => new ScorePosition(r.Key, r.Line.Economy, r.Line.Mineral));
        return TypedResults.Ok(new Page<ScoreLine>([.. paged.Items.Select(r => r.Line)], paged.NextCursor));

        void AddText(string? value) => command.Parameters.Add(new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
    }

    private static ScoreLine Read(NpgsqlDataReader r) => new(
        r.GetString(0), r.GetString(1), Text(r, 2), Number(r, 3), Number(r, 4) is { } low && Number(r, 5) is { } high ? new Interval(low, high) : null,
        Text(r, 6), r.GetString(7), Text(r, 8), r.GetDouble(9), r.GetFieldValue<DateTimeOffset>(10), r.GetInt64(11));

    private static Dictionary<string, string[]> Mistakes(ScoreFilter filter)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (filter.Economy is { } economy && !ScoredEconomies.Contains(economy)) errors["/economy"] = [$"'{economy}' is not a scored economy; see /api/risk/economies."];
        if (filter.Mineral is { } mineral && !Reference.Minerals.TryGet(mineral, out _)) errors["/mineral"] = [$"'{mineral}' is no mineral; see /api/risk/minerals."];
        Check("/level", filter.Level);
        Check("/state", filter.State);
        Check("/sort", filter.Sort);
        return errors;

        void Check(string pointer, string? value)
        {
            if (value is not null && !Allowed[pointer].Contains(value, StringComparer.Ordinal)) errors[pointer] = [$"Must be one of {string.Join(", ", Allowed[pointer])}."];
        }
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
}
