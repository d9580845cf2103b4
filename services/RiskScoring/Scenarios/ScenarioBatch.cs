using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using FluentValidation;
using Npgsql;

namespace Chokepoint.RiskScoring.Scenarios;

/// <summary>Thousands of scenarios at once, each as <c>POST /scenarios</c> takes one.</summary>
internal sealed record ScenarioBatchRequest(IReadOnlyList<ScenarioRequest>? Scenarios);

/// <summary>What one scenario of a batch comes to.</summary>
/// <param name="Index">Of the scenario in the request.</param>
/// <param name="Pairs">How many pairs it touches.</param>
/// <param name="MeanChange">Points, over the touched pairs.</param>
/// <param name="Most">The pairs whose score moves most.</param>
internal sealed record ScenarioOutcome(int Index, int Pairs, double MeanChange, IReadOnlyList<ScenarioMove> Most);

internal sealed record ScenarioMove(string Economy, string Mineral, double Before, double After, double Change);

/// <summary>Plays many scenarios on the same clauses and figures; the order of the answers is that of the request.</summary>
internal static class ScenarioBatch
{
    private const int Listed = 5;

    public static void Map(RouteGroupBuilder api) => api.MapPost("/scenarios/batch", PlayAsync).WithName("PlayScenarios")
        .WithSummary("Thousands of scenarios at once: of each how many pairs it touches and which it moves most; stores nothing").ChangesNothing().Produces<Page<ScenarioOutcome>>();

    private static async Task<IResult> PlayAsync(
        ScenarioBatchRequest batch, SupplyBook book, FactBook facts, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        var known = await ScenarioInputs.ReadAsync(facts, database, batch.Scenarios!, cancellationToken);
        var now = time.GetUtcNow();
        var outcomes = batch.Scenarios!.Index().ToList().AsParallel().AsOrdered().WithCancellation(cancellationToken)
            .Select(s => Outcome(s.Index, ScenarioRun.Play(s.Item, book, known.Of(s.Item), now)));
        return TypedResults.Ok(new Page<ScenarioOutcome>([.. outcomes], null));
    }

    private static ScenarioOutcome Outcome(int index, IReadOnlyList<ScenarioLine> lines) => new(
        index, lines.Count, lines.Count == 0 ? 0 : Math.Round(lines.Average(l => l.Change), 2),
        [.. lines.OrderByDescending(l => Math.Abs(l.Change)).ThenBy(l => l.Economy, StringComparer.Ordinal).ThenBy(l => l.Mineral, StringComparer.Ordinal).Take(Listed)
            .Select(l => new ScenarioMove(l.Economy, l.Mineral, l.Before.Score, l.After.Score, l.Change))]);
}

internal sealed class ScenarioBatchValidator : AbstractValidator<ScenarioBatchRequest>
{
    private const int Most = 5000;

    public ScenarioBatchValidator()
    {
        RuleFor(b => b.Scenarios).NotEmpty().WithMessage("Is empty: give at least one scenario.").HasAtMost(Most);
        RuleForEach(b => b.Scenarios).NotNull().WithMessage("Is null.").SetValidator(new ScenarioValidator()!);
    }
}
