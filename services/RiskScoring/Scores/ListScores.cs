using System.Globalization;
using System.Text;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Lists;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Npgsql;

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
    /// <summary>Those without a score come last, whichever way the others are sorted. In the last column {0} is the key, {1} the economy, {2} the mineral.</summary>
    private static readonly Dictionary<string, (string Key, string Order, string After)> Sorts = new(StringComparer.Ordinal)
    {
        ["-score"] = ("coalesce(score, -1)", "coalesce(score, -1) DESC, economy, mineral", "coalesce(score, -1) < {0} OR (coalesce(score, -1) = {0} AND (economy, mineral) > ({1}, {2}))"),
        ["score"] = ("coalesce(score, 101)", "coalesce(score, 101), economy, mineral", "(coalesce(score, 101), economy, mineral) > ({0}, {1}, {2})"),
        ["economy"] = ("0::float8", "economy, mineral", "(0::float8, economy, mineral) > ({0}, {1}, {2})"),
        ["mineral"] = ("0::float8", "mineral, economy", "(0::float8, mineral, economy) > ({0}, {2}, {1})"),
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
        [AsParameters] ScoreFilter filter, PageRequest page, HttpRequest request, NpgsqlDataSource database, StoredAnswers answers,
        CancellationToken cancellationToken)
    {
        if (Mistakes(filter) is { Count: > 0 } errors) return Problems.Invalid(errors);
        if (CsvAnswers.Prefers(request)) return TypedResults.Ok(await ReadAsync(filter, page, database, cancellationToken));

        var asked = request.QueryString.Value ?? "";
        var tag = ETags.Of(asked, await StateAsync(filter, database, cancellationToken));
        if (StoredDocument.IsKnown(request, tag)) return StoredDocument.NotModified(request.HttpContext, tag);
        var body = answers.Of(asked, tag)
            ?? answers.Keep(asked, tag, JsonSerializer.SerializeToUtf8Bytes(await ReadAsync(filter, page, database, cancellationToken), EventJson.Options));
        return StoredDocument.Answer(request.HttpContext, tag, body);
    }

    /// <summary>Every revision raises a version, so the sum of versions names the state of everything that could be listed.</summary>
    private static async Task<long> StateAsync(ScoreFilter filter, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        var where = Where(command, ("economy", filter.Economy), ("mineral", filter.Mineral));
        command.CommandText = $"SELECT coalesce(sum(version), 0)::bigint FROM current_scores{where}";
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<Page<ScoreLine>> ReadAsync(
        ScoreFilter filter, PageRequest page, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var (key, order, after) = Sorts[filter.Sort ?? "-score"];
        await using var command = database.CreateCommand();
        var where = Where(command, ("economy", filter.Economy), ("mineral", filter.Mineral), ("level", filter.Level), ("state", filter.State));
        if (page.After<ScorePosition>() is { } position)
        {
            var first = command.Parameters.Count + 1;
            where += $"{(where.Length == 0 ? " WHERE" : " AND")} ({string.Format(CultureInfo.InvariantCulture, after, $"${first}", $"${first + 1}", $"${first + 2}")})";
            command.Parameters.Add(new() { Value = position.Key ?? 0 });
            command.Parameters.Add(new() { Value = position.Economy });
            command.Parameters.Add(new() { Value = position.Mineral });
        }

        command.Parameters.Add(new() { Value = page.Take });
        command.CommandText = $"""
            SELECT economy, mineral, stage, score, low, high, level, state, basis, coverage, as_of, version, {key}
            FROM current_scores{where} ORDER BY {order} LIMIT ${command.Parameters.Count}
            """;
        var rows = new List<(ScoreLine Line, double Key)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) rows.Add((Read(reader), reader.GetDouble(12)));
        var paged = Page.From(rows, page, r => new ScorePosition(r.Key, r.Line.Economy, r.Line.Mineral));
        return new Page<ScoreLine>([.. paged.Items.Select(r => r.Line)], paged.NextCursor);
    }

    /// <summary>A clause for each filter that is given: a plan that has to serve every combination would read the whole table for each.</summary>
    private static string Where(NpgsqlCommand command, params ReadOnlySpan<(string Column, string? Value)> filters)
    {
        var where = new StringBuilder();
        foreach (var (column, value) in filters)
        {
            if (value is null) continue;
            command.Parameters.Add(new() { Value = value });
            where.Append(CultureInfo.InvariantCulture, $"{(where.Length == 0 ? " WHERE" : " AND")} {column} = ${command.Parameters.Count}");
        }

        return where.ToString();
    }

    private static ScoreLine Read(NpgsqlDataReader r) => new(
        r.GetString(0), r.GetString(1), r.TextOrNull(2), r.NumberOrNull(3), r.NumberOrNull(4) is { } low && r.NumberOrNull(5) is { } high ? new Interval(low, high) : null,
        r.TextOrNull(6), r.GetString(7), r.TextOrNull(8), r.GetDouble(9), r.GetFieldValue<DateTimeOffset>(10), r.GetInt64(11));

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
}
