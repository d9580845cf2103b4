using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Scenarios;

/// <summary>A score before or after a scenario.</summary>
internal sealed record ScenarioScore(double Score, RiskLevel Level, Stage Stage, Interval Interval);

/// <summary>What a cut leaves uncovered of an importer's consumption.</summary>
/// <param name="Share">Part of its consumption, 0..1, by the same blend as the score.</param>
/// <param name="Volume">In <paramref name="Unit"/> a year, where its consumption is known.</param>
/// <param name="CoveredDays">How long known stocks bridge it.</param>
internal sealed record Uncovered(string Supplier, Stage Stage, double Share, double? Volume, string? Unit, double? CoveredDays, string? Source);

internal sealed record ScenarioLine(
    string Economy, string Mineral, ScenarioScore Before, ScenarioScore After, double Change, IReadOnlyList<FactorDelta> Deltas, IReadOnlyList<Uncovered> Uncovered);

/// <summary>The same functions on hypothetical inputs (METHOD.md section 4): what every touched pair would score. Stores nothing.</summary>
internal static class ScenarioRun
{
    /// <param name="known">As of the scenario's day.</param>
    public static IReadOnlyList<ScenarioLine> Play(ScenarioRequest scenario, SupplyBook book, FactBook.Snapshot known, DateTimeOffset now)
    {
        ControlClause[] hypothetical = [.. (scenario.Clauses ?? []).Select(c => Clause(c, c.Issuer ?? scenario.Issuer!))];
        var lines = new List<ScenarioLine>();
        foreach (var mineral in scenario.TouchedMinerals())
        {
            foreach (var economy in scenario.TouchedEconomies())
            {
                var inputs = scenario.On is { } day
                    ? LiveScores.InputsOn(book, known, economy, mineral, day) : LiveScores.InputsAt(book, known, economy, mineral, now);
                if (Play(scenario, hypothetical, book, inputs) is { } line) lines.Add(line);
            }
        }

        return [.. lines.OrderByDescending(l => l.Change).ThenBy(l => l.Economy, StringComparer.Ordinal).ThenBy(l => l.Mineral, StringComparer.Ordinal)];

        ControlClause Clause(ScenarioClause clause, string issuer) => clause.ToClause(issuer, scenario.On ?? Economies.DayOf(issuer, now));
    }

    private static ScenarioLine? Play(ScenarioRequest scenario, ControlClause[] hypothetical, SupplyBook book, PairInputs inputs)
    {
        var (economy, mineral, method) = (inputs.Economy, inputs.Mineral, book.Method);
        var before = inputs.Score(method);
        if (before.Deciding is not { } was) return null;

        SupplyCut[] cuts = [.. (scenario.SupplyCuts ?? []).Where(c => c.Mineral == mineral).SelectMany(EachSupplier)];
        var shock = (scenario.PriceShocks ?? []).LastOrDefault(s => s.Mineral == mineral);
        var uncovered = new List<Uncovered>();
        var after = PairScorer.Score(
            economy, mineral, [.. inputs.Stages.Select(s => Cut(s, cuts, book, uncovered))],
            [.. inputs.Clauses, .. hypothetical.Where(c => c.Minerals.Contains(mineral, StringComparer.Ordinal))], inputs.DayOf,
            Moved(inputs.Signals.ForScoring, cuts, shock, method), method);
        var now = after.Deciding!;
        var tenths = Points.Deltas(was.Factors, now.Factors, method);
        return new ScenarioLine(
            economy, mineral, Shown(before, was, method), Shown(after, now, method), (Points.Tenths(now.Score) - Points.Tenths(was.Score)) / 10.0,
            [.. FactorNames.All.Where(f => tenths[(int)f] != 0).Select(f => new FactorDelta(f.NameOf(), tenths[(int)f] / 10.0, "scenario"))], uncovered);
    }

    private static IEnumerable<SupplyCut> EachSupplier(SupplyCut cut) => Supplier.NamedBy(cut.Supplier!).Select(s => cut with { Supplier = s });

    /// <summary>What is observed today, with the cuts and the shock on top: of a fall that is and one that is supposed the larger counts.</summary>
    private static Signals Moved(Signals observed, SupplyCut[] cuts, PriceShock? shock, LiveMethod method)
    {
        var falls = new Dictionary<Stage, IReadOnlyDictionary<string, double>>();
        foreach (var stage in Enum.GetValues<Stage>())
        {
            var supposed = cuts.Where(c => c.Stage is null || c.Stage == stage).Select(c => KeyValuePair.Create(c.Supplier!, c.Share!.Value));
            var known = observed.FallsAt(stage);
            var both = (known ?? new Dictionary<string, double>(StringComparer.Ordinal)).Concat(supposed)
                .GroupBy(f => f.Key, f => f.Value, StringComparer.Ordinal).ToDictionary(f => f.Key, f => f.Max(), StringComparer.Ordinal);
            if (known is not null || both.Count > 0) falls[stage] = both;
        }

        var z = shock is null ? observed.MarketZ : (observed.MarketZ ?? 0) + Math.Log(1 + shock.Percent!.Value / 100) / method.ScenarioSpread;
        return new Signals(null, z) { FallsByStage = falls };
    }

    private static StageSupply Cut(StageSupply supply, SupplyCut[] cuts, SupplyBook book, List<Uncovered> uncovered)
    {
        var parts = new List<(int, double)>();
        for (var i = 0; i < supply.Suppliers.Count; i++)
        {
            var supplier = supply.Suppliers[i].Economy;
            var part = cuts.Where(c => c.Supplier == supplier && (c.Stage is null || c.Stage == supply.Stage)).Select(c => c.Share!.Value).DefaultIfEmpty(0).Max();
            if (part <= 0) continue;
            parts.Add((i, part));
            uncovered.Add(Missing(supply, supplier, part * supply.Blended(i), book.Figures));
        }

        return parts.Count == 0 ? supply : supply.After(parts, book.Method);
    }

    /// <summary>Stocks cover days first, where consumption and stocks are known in one unit.</summary>
    private static Uncovered Missing(StageSupply supply, string supplier, double share, FigureSet figures)
    {
        var (economy, mineral) = (supply.Inputs.Economy, supply.Inputs.Mineral);
        var consumption = Newest(figures, FigureKind.Consumption, mineral, economy);
        var stock = Newest(figures, FigureKind.Stock, mineral, economy);
        double? days = consumption is { Value: > 0 } c && stock is { Value: { } held } s && s.Unit == c.Unit && share > 0
            ? Math.Round(365 * held / (c.Value!.Value * share)) : null;
        return new Uncovered(
            supplier, supply.Stage, Math.Round(share, 4), consumption?.Value is { } used ? Math.Round(used * share, 1) : null, consumption?.Unit, days, consumption?.Source);
    }

    private static Figure? Newest(FigureSet figures, FigureKind kind, string mineral, string economy) => figures.ByMineral[mineral]
        .Where(f => f.Kind == kind && f.Economy == economy && f.Value is not null)
        .OrderByDescending(f => f.Vintage, StringComparer.Ordinal).ThenByDescending(f => f.Year).ThenBy(f => f.Form, StringComparer.Ordinal).FirstOrDefault();

    private static ScenarioScore Shown(PairScore pair, StageScore stage, LiveMethod method)
    {
        var score = Points.Tenths(stage.Score) / 10.0;
        return new ScenarioScore(score, method.LevelOf(score), stage.Stage, Explanation.Outward(pair.Low, pair.High));
    }
}
