using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Npgsql;

namespace Chokepoint.RiskScoring.Scenarios;

/// <summary>How a supplier's stop would move the most moved importers.</summary>
/// <param name="Importer">To whom it stops exporting; null is everybody.</param>
/// <param name="Scenario">The body that plays it in full: <c>POST /scenarios</c>.</param>
internal sealed record ReadyScenario(
    string Supplier, string Mineral, string? Importer, double WorldShare, double MeanChange, IReadOnlyList<ReadyChange> Most, ScenarioRequest Scenario);

internal sealed record ReadyChange(string Economy, double Before, double After);

internal static class ScenarioEndpoints
{
    public static void MapScenarios(this RouteGroupBuilder api)
    {
        api.MapPost("/scenarios", PlayAsync).WithName("PlayScenario").WithSummary("What if: every touched pair before and after; stores nothing")
            .ChangesNothing().Produces<Page<ScenarioLine>>();
        ScenarioBatch.Map(api);
        api.MapGet("/scenarios/ready", ReadyAsync).WithName("ListReadyScenarios")
            .WithSummary("Each supplier of over 30 % of a mineral stops exporting it to everybody, or with ?economy= to that importer").Produces<Page<ReadyScenario>>();
    }

    private static async Task<IResult> PlayAsync(
        ScenarioRequest scenario, SupplyBook book, FactBook facts, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        var known = await ScenarioInputs.ReadAsync(facts, database, [scenario], cancellationToken);
        return TypedResults.Ok(new Page<ScenarioLine>(ScenarioRun.Play(scenario, book, known.Of(scenario), time.GetUtcNow()), null));
    }

    private static async Task<IResult> ReadyAsync(
        string? economy, SupplyBook book, FactBook facts, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        if (economy is not null && !ScoredEconomies.Contains(economy)) return Problems.Invalid("/economy", $"'{economy}' is not a scored economy; see /api/risk/economies.");
        const double large = 0.3;
        const int listed = 5;
        var snapshot = (await ScenarioInputs.ReadAsync(facts, database, [], cancellationToken)).Now;
        var pairs = book.Pairs.Where(p => economy is null || p.Economy == economy).Select(p => LiveScores.At(book, snapshot, p.Economy, p.Mineral, time.GetUtcNow()).Score).ToArray();
        var shares = Reference.Minerals.All
            .SelectMany(m => book.Of("USA", m.Slug).SelectMany(v => v.Producers.Shares).Where(s => s.Share > large)
                .GroupBy(s => s.Economy, StringComparer.Ordinal).Select(g => (Stop: new ExportStop(g.Key, m.Slug, economy, 1), Share: g.Max(s => s.Share))))
            .ToArray();
        var scores = new float[pairs.Length * shares.Length];
        new ScenarioGrid(pairs, book.Method).Score([.. shares.Select(s => s.Stop)], scores);
        var ready = shares.Select((s, i) =>
        {
            var moved = Enumerable.Range(0, pairs.Length).Where(p => pairs[p].Mineral == s.Stop.Mineral && pairs[p].Deciding is not null)
                .Select(p => new ReadyChange(pairs[p].Economy, Math.Round(pairs[p].Deciding!.Score, 1), Math.Round(scores[p * shares.Length + i], 1))).ToArray();
            return new ReadyScenario(
                s.Stop.Supplier, s.Stop.Mineral!, economy, Math.Round(s.Share, 4), Math.Round(moved.Average(m => m.After - m.Before), 2),
                [.. moved.OrderByDescending(m => m.After - m.Before).ThenBy(m => m.Economy, StringComparer.Ordinal).Take(listed)],
                new ScenarioRequest(economy is null ? null : [economy], null, null, [new SupplyCut(s.Stop.Supplier, s.Stop.Mineral, null, 1)], null, null, null));
        });
        return TypedResults.Ok(new Page<ReadyScenario>(
            [.. ready.OrderByDescending(r => r.MeanChange).ThenBy(r => r.Mineral, StringComparer.Ordinal).ThenBy(r => r.Supplier, StringComparer.Ordinal)], null));
    }
}
