using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Supply;

/// <summary>The recorded figures under one importer's supply of a mineral at a stage.</summary>
/// <param name="RelianceOf">The stage that import reliance and sourcing were stated for; another one where the source has only that.</param>
internal sealed record StageSources(
    string Economy, Stage Stage, SupplyShares Producers, SupplyShares? Sourcing, Figure? Reliance, Bounds RelianceBounds, Stage RelianceOf, Figure? Recycling,
    Figure? Substitution);

/// <summary>A stage's supply as scoring uses it, with the figures it was made of.</summary>
internal sealed record StageView(StageSupply Supply, StageSources Sources)
{
    public SupplyShares Producers => Sources.Producers;
    public SupplyShares? Sourcing => Sources.Sourcing;
}

/// <summary>Makes an importer's supply of a mineral at a stage from reference figures, by METHOD.md's order of sources.</summary>
internal static class StageFigures
{
    /// <summary>Null where no source says who produces.</summary>
    /// <param name="traded">The importer's purchases, which stand for its sourcing where no publication states it.</param>
    public static StageView? Make(FigureSet figures, string economy, string mineral, Stage stage, LiveMethod method, SupplyShares? traded = null)
    {
        if (LastFullYear(figures, mineral, stage) is not { } producers) return null;
        var (relianceFigure, relianceOf) = RelianceFigure(figures, economy, mineral, stage);
        var reliance = Reliance(relianceFigure, economy, producers);
        var sourcing = figures.Sourcing(economy, mineral, relianceOf) ?? traded;
        var sources = new StageSources(
            economy, stage, producers, sourcing, relianceFigure, reliance, relianceOf, figures.RecyclingInputRate(mineral), figures.Substitution(mineral));
        // An importer's sources are parts of its imports (USGS) or of its whole sourcing, own output included (EU annex). The method's
        // IR·S is a part of consumption, which the second already is.
        var scale = sourcing is { Basis: not SharesBasis.EuAnnex } ? reliance : Bounds.Exactly(1);
        var inputs = new StageInputs(
            economy, mineral, stage, sourcing is null ? SupplyBasis.Global : SupplyBasis.Sourced, Suppliers(figures, sources, mineral, scale), producers.Residual,
            (sourcing?.Residual ?? 0) * scale.High, reliance, Unknowns.RecyclingRate(sources.Recycling), Unknowns.Substitution(sources.Substitution));
        return new StageView(new StageSupply(inputs, method), sources);
    }

    /// <summary>
    /// Of the newest vintage the last year that was over when it appeared: an edition's own year is an estimate made before the year
    /// ended (docs/adr: the year of a figure).
    /// </summary>
    private static SupplyShares? LastFullYear(FigureSet figures, string mineral, Stage stage)
    {
        var newest = figures.Producers(mineral, stage);
        if (newest is not { Basis: not SharesBasis.EuAnnex }) return newest;
        return figures.Producers(mineral, stage, newest.Year - 1) is { } full && full.Vintage == newest.Vintage && full.Basis == newest.Basis ? full : newest;
    }

    private static List<Supplier> Suppliers(FigureSet figures, StageSources sources, string mineral, Bounds scale)
    {
        var economy = sources.Economy;
        var world = sources.Producers.Shares.ToDictionary(s => s.Economy, StringComparer.Ordinal);
        var own = sources.Sourcing?.Shares.ToDictionary(s => s.Economy, StringComparer.Ordinal) ?? [];
        var withheld = sources.Producers.Withheld.Select(f => f.Economy!).Where(e => !world.ContainsKey(e));
        return [.. world.Keys.Concat(withheld).Union(own.Keys, StringComparer.Ordinal)
            .Where(c => !Economies.AreSameMarket(economy, c))
            .Select(c => new Supplier(
                c, Economies.UnionOf(c),
                world.TryGetValue(c, out var g) ? new Bounds(g.Share, g.Low, g.High) : new Bounds(0, 0, UpTo(sources.Producers, c)),
                own.TryGetValue(c, out var s) ? new Bounds(s.Share, s.Low, s.High) * scale : Bounds.Exactly(0),
                Unknowns.Governance(figures.Governance(c)),
                Agreement(figures, economy, mineral, sources.Stage, c)))
            .OrderByDescending(s => s.World.Value + s.Sourcing.Value).ThenBy(s => s.Economy, StringComparer.Ordinal)];
    }

    /// <summary>What a producer whose output is withheld may hold at most: all of it where nothing bounds it.</summary>
    private static double UpTo(SupplyShares producers, string economy) =>
        producers.Withheld.Any(f => f.Economy == economy) ? producers.WithheldUpTo ?? 1 : 0;

    /// <summary>0.8 for a partner; the annex's higher factors are its export restrictions, which the controls factor knows by name.</summary>
    private static double Agreement(FigureSet figures, string economy, string mineral, Stage stage, string supplier)
    {
        var importer = Economies.UnionOf(economy) ?? economy;
        var factor = figures.TradeAgreement(importer, supplier)?.Value
            ?? (importer == Economies.EuropeanUnion ? figures.TradeFactor(importer, mineral, stage, supplier)?.Value : null);
        return Math.Min(1, factor ?? 1);
    }

    private static Bounds Reliance(Figure? figure, string economy, SupplyShares producers)
    {
        if (figure is { Operator: "E" }) return Bounds.Exactly(0);
        if (figure is { Value: { } percent })
        {
            var (low, high) = figure.Range;
            // A censored figure stands at the middle of its range, as it does among shares.
            return figure.Operator is null
                ? Bounds.Exactly(percent / 100)
                : new Bounds(((low ?? 0) + (high ?? 100)) / 200, (low ?? 0) / 100, (high ?? 100) / 100);
        }

        var produces = producers.Shares.Any(s => Economies.AreSameMarket(economy, s.Economy))
            || producers.Withheld.Any(f => Economies.AreSameMarket(economy, f.Economy!));
        return new Bounds(1, produces ? 0 : 1, 1);
    }

    /// <summary>
    /// The stage's own; else, since USGS states reliance and sources once, for the form in which the country consumes the mineral, that
    /// one stands for its other stages too (docs/adr: stages of a mineral).
    /// </summary>
    private static (Figure? Figure, Stage Of) RelianceFigure(FigureSet figures, string economy, string mineral, Stage stage)
    {
        if (figures.ImportReliance(economy, mineral, stage) is { } own) return (InLastFullYear(figures, own, economy, mineral), stage);
        foreach (var other in (ReadOnlySpan<Stage>)[Stage.Processing, Stage.Extraction, Stage.Component])
        {
            if (figures.ImportReliance(economy, mineral, other) is { } borrowed && IsUsgs(borrowed)) return (InLastFullYear(figures, borrowed, economy, mineral), other);
        }

        return (null, stage);
    }

    private static Figure InLastFullYear(FigureSet figures, Figure newest, string economy, string mineral) => !IsUsgs(newest)
        ? newest
        : figures.Of(FigureKind.ImportReliance, mineral, newest.Stage, economy)
            .FirstOrDefault(f => f.Vintage == newest.Vintage && f.Form == newest.Form && f.Year == newest.Year - 1) ?? newest;

    private static bool IsUsgs(Figure figure) => figure.Source.StartsWith("USGS", StringComparison.Ordinal);
}

/// <summary>What stands for a figure that nobody has: never zero, but the careful end of a range that the interval then spans.</summary>
internal static class Unknowns
{
    /// <summary>Unknown is taken as nothing recycled.</summary>
    public static Bounds RecyclingRate(Figure? figure) => Known(figure, 100) ?? new Bounds(0, 0, 1);

    /// <summary>Unknown is taken as no substitute.</summary>
    public static Bounds Substitution(Figure? figure) => Known(figure, 1) ?? new Bounds(1, 0, 1);

    /// <summary>Unknown is taken as the middle of the scale.</summary>
    public static Bounds Governance(Figure? figure) => figure?.Value is { } value ? Bounds.Exactly(value) : new Bounds(5, 0, 10);

    private static Bounds? Known(Figure? figure, double unit) => figure?.Value is { } value
        ? new Bounds(value / unit, (figure.Range.Low ?? 0) / unit, Math.Min(1, (figure.Range.High ?? unit) / unit))
        : null;
}
