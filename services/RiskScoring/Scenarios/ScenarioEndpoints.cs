using Chokepoint.RiskScoring.Controls;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Npgsql;

namespace Chokepoint.RiskScoring.Scenarios;

/// <summary>How a supplier's stop would move the most moved importers.</summary>
internal sealed record ReadyScenario(string Supplier, string Mineral, double WorldShare, double MeanChange, IReadOnlyList<ReadyChange> Most);

internal sealed record ReadyChange(string Economy, double Before, double After);

internal static class ScenarioEndpoints
{
    public static void MapScenarios(this RouteGroupBuilder api)
    {
        api.MapPost("/scenarios", PlayAsync).WithName("PlayScenario").WithSummary("What if: every touched pair before and after; stores nothing")
            .ChangesNothing().Produces<Page<ScenarioLine>>();
        api.MapGet("/scenarios/ready", ReadyAsync).WithName("ListReadyScenarios")
            .WithSummary("Each supplier of over 30 % of a mineral stops exporting it to everybody").Produces<Page<ReadyScenario>>();
    }

    private static async Task<IResult> PlayAsync(
        ScenarioRequest scenario, SupplyBook book, ClauseBook clauses, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        var snapshot = await KnownAsync(clauses, database, cancellationToken);
        return TypedResults.Ok(new Page<ScenarioLine>(ScenarioRun.Play(scenario, book, snapshot, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)), null));
    }

    private static async Task<IResult> ReadyAsync(
        SupplyBook book, ClauseBook clauses, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        const double large = 0.3;
        const int listed = 5;
        var snapshot = await KnownAsync(clauses, database, cancellationToken);
        var pairs = book.Pairs.Select(p => LiveScores.At(book, snapshot, p.Economy, p.Mineral, time.GetUtcNow()).Score).ToArray();
        var shares = Reference.Minerals.All
            .SelectMany(m => book.Of("USA", m.Slug).SelectMany(v => v.Producers.Shares).Where(s => s.Share > large)
                .GroupBy(s => s.Economy, StringComparer.Ordinal).Select(g => (Stop: new ExportStop(g.Key, m.Slug, null, 1), Share: g.Max(s => s.Share))))
            .ToArray();
        var scores = new float[pairs.Length * shares.Length];
        new ScenarioGrid(pairs, book.Method).Score([.. shares.Select(s => s.Stop)], scores);
        var ready = shares.Select((s, i) =>
        {
            var moved = Enumerable.Range(0, pairs.Length).Where(p => pairs[p].Mineral == s.Stop.Mineral && pairs[p].Deciding is not null)
                .Select(p => new ReadyChange(pairs[p].Economy, Math.Round(pairs[p].Deciding!.Score, 1), Math.Round(scores[p * shares.Length + i], 1))).ToArray();
            return new ReadyScenario(
                s.Stop.Supplier, s.Stop.Mineral!, Math.Round(s.Share, 4), Math.Round(moved.Average(m => m.After - m.Before), 2),
                [.. moved.OrderByDescending(m => m.After - m.Before).ThenBy(m => m.Economy, StringComparer.Ordinal).Take(listed)]);
        });
        return TypedResults.Ok(new Page<ReadyScenario>(
            [.. ready.OrderByDescending(r => r.MeanChange).ThenBy(r => r.Mineral, StringComparer.Ordinal).ThenBy(r => r.Supplier, StringComparer.Ordinal)], null));
    }

    private static async Task<ClauseBook.Snapshot> KnownAsync(ClauseBook clauses, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await clauses.RefreshAsync(connection, cancellationToken);
    }
}
