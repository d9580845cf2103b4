using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Supply;

/// <summary>A stage's supply as scoring uses it, with the figures it was made of.</summary>
internal sealed record StageView(
    StageSupply Supply, SupplyShares Producers, SupplyShares? Sourcing, IReadOnlyList<Evidence> Evidence, IReadOnlyList<InputVintage> Inputs);

/// <summary>Makes an importer's supply of a mineral at a stage from reference figures, by METHOD.md's order of sources.</summary>
internal static class StageFigures
{
    /// <summary>Null where no source says who produces.</summary>
    public static StageView? Make(FigureSet figures, string economy, string mineral, Stage stage, LiveMethod method)
    {
        if (LastFullYear(figures, mineral, stage) is not { } producers) return null;
        var sourcing = figures.Sourcing(Economies.UnionOf(economy) is null ? economy : "", mineral, stage);
        var reliance = Reliance(figures, economy, mineral, stage, producers);
        var (recycling, substitution) = (figures.RecyclingInputRate(mineral), figures.Substitution(mineral));
        var notes = new EvidenceList(economy, stage);
        var suppliers = Suppliers(figures, economy, mineral, stage, producers, sourcing, reliance.Bounds, notes);
        var inputs = new StageInputs(
            economy, mineral, stage, sourcing is null ? SupplyBasis.Global : SupplyBasis.Sourced, suppliers, producers.Residual,
            sourcing is null ? 0 : sourcing.Residual * (OwnOutputIncluded(sourcing) ? 1 : reliance.Bounds.High), reliance.Bounds,
            notes.RecyclingRate(recycling), notes.Substitution(substitution));
        notes.Producers(producers);
        notes.Sourcing(sourcing);
        notes.Reliance(reliance.Figure, reliance.Bounds);
        return new StageView(new StageSupply(inputs, method), producers, sourcing, notes.InOrder, notes.Vintages);
    }

    /// <summary>
    /// Of the newest vintage the last year that was over when it appeared: an edition's own year is an estimate made before the year
    /// ended (docs/adr/risk-last-full-year.md).
    /// </summary>
    private static SupplyShares? LastFullYear(FigureSet figures, string mineral, Stage stage)
    {
        var newest = figures.Producers(mineral, stage);
        if (newest is not { Basis: not SharesBasis.EuAnnex }) return newest;
        return figures.Producers(mineral, stage, newest.Year - 1) is { } full && full.Vintage == newest.Vintage && full.Basis == newest.Basis ? full : newest;
    }

    private static List<Supplier> Suppliers(
        FigureSet figures, string economy, string mineral, Stage stage, SupplyShares producers, SupplyShares? sourcing, Bounds reliance, EvidenceList notes)
    {
        var world = producers.Shares.ToDictionary(s => s.Economy, StringComparer.Ordinal);
        var own = sourcing?.Shares.ToDictionary(s => s.Economy, StringComparer.Ordinal) ?? [];
        var withheld = producers.Withheld.Select(f => f.Economy!).Where(e => !world.ContainsKey(e));
        var names = world.Keys.Concat(withheld).Union(own.Keys, StringComparer.Ordinal).Where(c => !Economies.AreSameMarket(economy, c));
        // An importer's sources are parts of its imports (USGS) or of its whole sourcing, own output included (EU annex): the
        // method's IR·S is a part of consumption, which the second already is.
        var scale = sourcing is null || OwnOutputIncluded(sourcing) ? Bounds.Exactly(1) : reliance;
        return [.. names
            .Select(c => new Supplier(
                c, Economies.UnionOf(c),
                world.TryGetValue(c, out var g) ? new Bounds(g.Share, g.Low, g.High) : new Bounds(0, 0, producers.WithheldUpTo ?? 0),
                own.TryGetValue(c, out var s) ? new Bounds(s.Share, s.Low, s.High) * scale : Bounds.Exactly(0),
                notes.Governance(c, figures.Governance(c)),
                Agreement(figures, economy, mineral, stage, c)))
            .OrderByDescending(s => s.World.Value + s.Sourcing.Value).ThenBy(s => s.Economy, StringComparer.Ordinal)];
    }

    /// <summary>0.8 for a partner; the annex's higher factors are its export restrictions, which the controls factor knows by name.</summary>
    private static double Agreement(FigureSet figures, string economy, string mineral, Stage stage, string supplier)
    {
        var importer = Economies.UnionOf(economy) ?? economy;
        var factor = figures.TradeAgreement(importer, supplier)?.Value
            ?? (importer == Economies.EuropeanUnion ? figures.TradeFactor(importer, mineral, stage, supplier)?.Value : null);
        return Math.Min(1, factor ?? 1);
    }

    private static (Figure? Figure, Bounds Bounds) Reliance(FigureSet figures, string economy, string mineral, Stage stage, SupplyShares producers)
    {
        if (RelianceFigure(figures, economy, mineral, stage, producers.Year) is { Value: { } percent } figure)
        {
            var (low, high) = figure.Range;
            return (figure, new Bounds(percent / 100, Math.Clamp((low ?? 0) / 100, 0, percent / 100), Math.Clamp((high ?? 100) / 100, percent / 100, 1)));
        }

        var produces = producers.Shares.Any(s => Economies.AreSameMarket(economy, s.Economy))
            || producers.Withheld.Any(f => Economies.AreSameMarket(economy, f.Economy!));
        return (null, new Bounds(1, produces ? 0 : 1, 1));
    }

    /// <summary>Of the newest vintage the production's own year, so that the two describe one state of things.</summary>
    private static Figure? RelianceFigure(FigureSet figures, string economy, string mineral, Stage stage, int year)
    {
        var newest = figures.ImportReliance(economy, mineral, stage);
        if (newest is null) return null;
        return figures.Of(FigureKind.ImportReliance, mineral, newest.Stage, economy)
            .FirstOrDefault(f => f.Vintage == newest.Vintage && f.Year == year && f.Form == newest.Form) ?? newest;
    }

    private static bool OwnOutputIncluded(SupplyShares sourcing) => sourcing.Basis == SharesBasis.EuAnnex;
}
