using System.Text;
using Chokepoint.RiskScoring.Controls;
using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Observed;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>One score with everything under it; for another day by the clauses' schedules, and as known at another time.</summary>
internal static class GetScore
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/scores/{economy}/{mineral}", HandleAsync)
        .WithName("GetScore")
        .WithSummary("One score, explained to the last figure")
        .WithDescription(
            "`on` answers for another day by the schedules of the clauses; `knownOn` with only what was recorded by the end of that day (UTC): "
            + "events, imported figures, and of the figures that ship those published by then.")
        .Produces<ScoreDocument>();

    private static async Task<IResult> HandleAsync(
        string economy, string mineral, DateOnly? on, DateOnly? knownOn, HttpRequest request, SupplyBooks books, FactBook facts, NpgsqlDataSource database,
        StoredAnswers answers, CancellationToken cancellationToken)
    {
        if (!books.Current.Contains(economy, mineral)) return Absent(economy, mineral);
        if (on is not null || knownOn is not null) return await AnswerForAsync(economy, mineral, on, knownOn, books, facts, database, cancellationToken);

        // The version is the tag: who has it costs one small look, and so does an answer that is kept.
        if (await VersionAsync(database, economy, mineral, cancellationToken) is not { } version) return Problems.Of(ProblemKind.Unavailable, "The first scores are being made.");
        var tag = ETags.OfVersion(version);
        if (StoredDocument.IsKnown(request, tag)) return StoredDocument.NotModified(request.HttpContext, tag);
        var key = $"{economy}/{mineral}";
        var document = answers.Of(key, tag) ?? answers.Keep(key, tag, await DocumentAsync(database, economy, mineral, version, cancellationToken));
        return StoredDocument.Answer(request.HttpContext, tag, document);
    }

    internal static ProblemHttpResult Absent(string economy, string mineral) => Problems.NotFound(
        ScoredEconomies.Contains(economy)
            ? $"No mineral is called '{mineral}'; GET /api/risk/minerals lists them."
            : $"'{economy}' is not a scored economy; GET /api/risk/economies lists them.");

    private static async Task<long?> VersionAsync(NpgsqlDataSource database, string economy, string mineral, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT version FROM current_scores WHERE economy = $1 AND mineral = $2");
        command.Parameters.Add(new() { Value = economy });
        command.Parameters.Add(new() { Value = mineral });
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    private static async Task<byte[]> DocumentAsync(
        NpgsqlDataSource database, string economy, string mineral, long version, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT document FROM revisions WHERE economy = $1 AND mineral = $2 AND version = $3");
        command.Parameters.Add(new() { Value = economy });
        command.Parameters.Add(new() { Value = mineral });
        command.Parameters.Add(new() { Value = version });
        return Encoding.UTF8.GetBytes((string)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    private static async Task<IResult> AnswerForAsync(
        string economy, string mineral, DateOnly? on, DateOnly? knownOn, SupplyBooks books, FactBook facts, NpgsqlDataSource database,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var day = on ?? knownOn!.Value;
        DateTimeOffset? before = knownOn is { } known ? EndOf(known) : null;
        var book = before is { } instant ? await books.KnownBeforeAsync(connection, instant, cancellationToken) : books.Current;
        var controls = before is { } b ? await ClauseHistory.KnownAtAsync(connection, b, cancellationToken) : await facts.RefreshAsync(connection, cancellationToken);
        var signals = await SignalStore.AsOfAsync(connection, [economy], [mineral], day, before, cancellationToken);
        return TypedResults.Json(LiveScores.On(book, new FactBook.Snapshot(controls, signals), economy, mineral, day).Document, Contracts.EventJson.Options);
    }

    internal static DateTimeOffset StartOf(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>The last day there is has no next one: it never ends.</summary>
    internal static DateTimeOffset EndOf(DateOnly day) => day == DateOnly.MaxValue ? DateTimeOffset.MaxValue : StartOf(day.AddDays(1));
}
