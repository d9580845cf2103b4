using System.Collections.Concurrent;
using Chokepoint.Contracts;
using Chokepoint.Reference.Importing;

namespace Chokepoint.Reference;

/// <summary>
/// Figures indexed for scoring: immutable, built once per import. Where several vintages have a figure, the newest answers, and in it
/// the newest year, unless a year is asked for.
/// </summary>
public sealed class FigureSet
{
    /// <summary>
    /// Below this part of world output in named hands a table says too little of who the producers are (MCS names only the United
    /// States for neon, krypton and xenon), and the next source is taken.
    /// </summary>
    private const double LeastNamedShare = 0.5;

    private readonly Dictionary<Key, Figure[]> byKey;
    private readonly ILookup<(string Mineral, Stage Stage), Figure> tables;
    private readonly ConcurrentDictionary<(string Mineral, Stage Stage, int? Year), SupplyShares?> producers = [];

    public FigureSet(IEnumerable<Figure> figures)
    {
        All = [.. figures];
        byKey = All
            .GroupBy(f => new Key(f.Kind, f.Mineral, f.Stage, f.Economy))
            .ToDictionary(g => g.Key, g => g
                .OrderByDescending(f => f.Vintage, StringComparer.Ordinal).ThenByDescending(f => f.Year)
                .ThenBy(f => f.Form, StringComparer.Ordinal).ThenBy(f => f.Counterpart, StringComparer.Ordinal).ToArray());
        ByMineral = All.Where(f => f.Mineral is not null).ToLookup(f => f.Mineral!, StringComparer.Ordinal);
        tables = All.Where(f => f.Kind is FigureKind.Production or FigureKind.ProductionResidual or FigureKind.ProductionTotal or FigureKind.ProducerShare)
            .Where(f => f is { Form: null, Mineral: not null, Stage: not null })
            .ToLookup(f => (f.Mineral!, f.Stage!.Value));
    }

    /// <summary>
    /// Figures put on top of others: a newer statement of the same thing in the same edition stands for the older one, any other edition
    /// or year stands beside it.
    /// </summary>
    public static FigureSet Of(IEnumerable<Figure> figures, IEnumerable<Figure> newer)
    {
        var newest = new Dictionary<FigureKey, Figure>();
        foreach (var figure in figures) newest[FigureKey.Of(figure)] = figure;
        foreach (var figure in newer) newest[FigureKey.Of(figure)] = figure;
        return new FigureSet(newest.Values);
    }

    public IReadOnlyList<Figure> All { get; }

    public ILookup<string, Figure> ByMineral { get; }

    /// <summary>All figures of a kind for these keys, newest vintage and year first; empty where there is none.</summary>
    public IReadOnlyList<Figure> Of(FigureKind kind, string? mineral = null, Stage? stage = null, string? economy = null) =>
        byKey.TryGetValue(new Key(kind, mineral, stage, economy), out var found) ? found : [];

    /// <summary>
    /// Net import reliance of an economy, percent: the stage's own where the source has it, else the mineral's over all stages, else its
    /// group's (then <see cref="Figure.Mineral"/> names the group).
    /// </summary>
    public Figure? ImportReliance(string economy, string mineral, Stage stage) => SelfAndGroups(mineral)
        .Select(m => Newest(FigureKind.ImportReliance, m, stage, economy) ?? Newest(FigureKind.ImportReliance, m, null, economy))
        .FirstOrDefault(f => f is not null);

    /// <summary>End-of-life recycling input rate, percent.</summary>
    public Figure? RecyclingInputRate(string mineral) => Newest(FigureKind.RecyclingInputRate, mineral, null, Economies.EuropeanUnion);

    /// <summary>SI_SR, 0 to 1.</summary>
    public Figure? Substitution(string mineral) => Newest(FigureKind.Substitution, mineral, null, Economies.EuropeanUnion);

    /// <summary>
    /// Governance, 0 best to 10 worst: the newest, or the given year's. The World Bank recalculates all years with every edition, so a
    /// published score is reproduced only with the vintage it used (<c>2023</c> is the means of 2019 in the EU's assessment).
    /// </summary>
    public Figure? Governance(string economy, int? year = null, string? vintage = null) => Of(FigureKind.Governance, null, null, economy)
        .FirstOrDefault(f => (year is null || f.Year == year) && (vintage is null || f.Vintage == vintage) && f.Value is not null);

    /// <summary>The factor an importer's agreement gives a partner; null where none is recorded, which is 1.0.</summary>
    public Figure? TradeAgreement(string importer, string partner) =>
        Of(FigureKind.TradeAgreement, null, null, importer).FirstOrDefault(f => f.Counterpart == partner);

    /// <summary>The EU annex's trade factor of a country for a mineral at a stage; null where the annex does not list it.</summary>
    public Figure? TradeFactor(string importer, string mineral, Stage stage, string counterpart) =>
        Of(FigureKind.TradeFactor, mineral, stage, importer).FirstOrDefault(f => f.Counterpart == counterpart);

    /// <summary>USGS's probability-weighted decrease of United States GDP, million USD.</summary>
    public Figure? GdpEffect(string mineral) => Newest(FigureKind.GdpEffect, mineral, null, "USA");

    /// <summary>
    /// Who makes the mineral at the stage, by METHOD.md's order: USGS of the newest vintage, else the EU annex, else the mineral's group.
    /// Null where no source says. <paramref name="year"/> picks a year of that vintage.
    /// </summary>
    public SupplyShares? Producers(string mineral, Stage stage, int? year = null) =>
        producers.GetOrAdd((mineral, stage, year), static (key, figures) => figures.FindProducers(key.Mineral, key.Stage, key.Year), this);

    /// <summary>
    /// Who supplies an importer, by the newest vintage: of the stage, else of the mineral over all stages, else of its group (named by
    /// <see cref="SupplyShares.Group"/>). Null where no source says, and then only world output can. The EU's shares include its members'
    /// own output, others' are of imports alone.
    /// </summary>
    public SupplyShares? Sourcing(string importer, string mineral, Stage stage)
    {
        foreach (var m in SelfAndGroups(mineral))
        {
            if ((SourcingAt(importer, m, stage, stage) ?? SourcingAt(importer, m, null, stage)) is not { } shares) continue;
            return m == mineral ? shares : OfGroup(m, mineral, shares);
        }

        return null;
    }

    private SupplyShares? SourcingAt(string importer, string mineral, Stage? at, Stage stage)
    {
        var rows = Of(FigureKind.ImportShare, mineral, at, importer).Where(f => f.Form is null).ToList();
        if (rows.Count == 0) return null;
        rows.RemoveAll(f => f.Vintage != rows[0].Vintage || f.Year != rows[0].Year);
        var residual = Of(FigureKind.ImportShareResidual, mineral, at, importer)
            .Where(f => f.Form is null && f.Vintage == rows[0].Vintage && f.Year == rows[0].Year);
        return Share(mineral, stage, rows[0].Source.StartsWith("USGS", StringComparison.Ordinal) ? SharesBasis.Usgs : SharesBasis.EuAnnex, rows, residual, null, f => f.Counterpart!);
    }

    private SupplyShares? FindProducers(string mineral, Stage stage, int? year) =>
        FromQuantities(mineral, stage, year) ?? FromAnnex(mineral, stage) ?? FromGroup(mineral, stage, year);

    private SupplyShares? FromQuantities(string mineral, Stage stage, int? year)
    {
        var rows = tables[(mineral, stage)]
            .Where(f => f.Kind != FigureKind.ProducerShare && (year is null || f.Year == year)).ToList();
        if (rows.Count == 0) return null;
        var vintage = Newest(rows);
        rows.RemoveAll(f => f.Vintage != vintage);
        var newest = rows.Max(f => f.Year);
        rows.RemoveAll(f => f.Year != newest);
        // USGS prints no total where the rows are not comparable (boron's ores, ulexite and refined borates); then they give no shares.
        if (!rows.Exists(f => f is { Kind: FigureKind.ProductionTotal, Value: not null })) return null;
        var shares = Share(
            mineral, stage, SharesBasis.Usgs, rows.Where(f => f.Kind == FigureKind.Production), rows.Where(f => f.Kind == FigureKind.ProductionResidual),
            rows.FirstOrDefault(f => f.Kind == FigureKind.ProductionTotal), f => f.Economy!);
        return shares is { Residual: <= 1 - LeastNamedShare } ? shares : null;
    }

    private SupplyShares? FromAnnex(string mineral, Stage stage)
    {
        var rows = tables[(mineral, stage)].Where(f => f.Kind == FigureKind.ProducerShare).ToList();
        if (rows.Count == 0) return null;
        var vintage = Newest(rows);
        return Share(mineral, stage, SharesBasis.EuAnnex, rows.Where(f => f.Vintage == vintage), [], null, f => f.Economy!);
    }

    private SupplyShares? FromGroup(string mineral, Stage stage, int? year)
    {
        // A mineral with shares of its own at another stage (scandium) is not taken to be mined as its group is.
        if (Enum.GetValues<Stage>().Any(s => tables.Contains((mineral, s)))) return null;
        foreach (var group in SelfAndGroups(mineral).Skip(1))
        {
            if ((FromQuantities(group, stage, year) ?? FromAnnex(group, stage)) is not { } shares) continue;
            return OfGroup(group, mineral, shares);
        }

        return null;
    }

    private static SupplyShares? Share(
        string mineral, Stage stage, SharesBasis basis, IEnumerable<Figure> rows, IEnumerable<Figure> residuals, Figure? total, Func<Figure, string> supplier)
    {
        var all = rows.ToList();
        var withheld = all.Where(f => f.Value is null).ToList();
        var known = all.Where(f => f.Value > 0).ToList();
        var named = known.Sum(f => Middle(f)!.Value);
        var (residual, unread) = Residual(residuals.ToList(), total, named);
        // Printed shares are of a whole of 100; the annex leaves out the smallest, and they are nobody's by name.
        if (known.Count > 0 && known[0].Unit == "percent") residual = Math.Max(residual, 100 - named);
        var whole = named + residual;
        if (known.Count == 0 || whole <= 0) return null;
        var shares = known
            .Select(f => new SupplyShare(
                supplier(f), Middle(f)!.Value / whole, Math.Min(1, (f.Range.Low ?? f.Value!.Value) / whole), Math.Min(1, (f.Range.High ?? f.Value!.Value) / whole), f))
            .OrderByDescending(s => s.Share).ThenBy(s => s.Economy, StringComparer.Ordinal).ToList();
        return new SupplyShares(
            mineral, stage, basis, shares, residual / whole, withheld, withheld.Count == 0 ? 0 : unread / whole,
            known[0].Year, known[0].Vintage, known[0].Source, null, null);
    }

    /// <summary>
    /// "Other countries", and what the printed total leaves for those whose output is withheld: null where there is no total, or it leaves
    /// them out. A residual that the source does not know is what the total leaves.
    /// </summary>
    private static (double Residual, double? Unread) Residual(List<Figure> residuals, Figure? total, double named)
    {
        var stated = residuals.Sum(f => Middle(f) ?? 0);
        if (total is not { Value: { } whole } || total.Note?.Contains("xclud", StringComparison.Ordinal) == true) return (stated, null);
        var left = whole - named - stated;
        return residuals.Exists(f => f.Value is null)
            ? (stated + Math.Max(0, left), HalfOfLastDigit(whole)) : (stated, Math.Max(0, left + HalfOfLastDigit(whole)));
    }

    /// <summary>Totals are printed to three digits; that much may hide in the rounding.</summary>
    private static double HalfOfLastDigit(double total) => total <= 0 ? 0 : 0.5 * Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(total)) - 2));

    /// <summary>A censored figure stands in a sum at the middle of its range (<c>&lt;0.1 %</c> as 0.05), a plain one as itself.</summary>
    private static double? Middle(Figure f) => f.Range is ({ } low, { } high) ? (low + high) / 2 : f.Value;

    /// <summary>The mineral, then its groups from the narrowest to the widest.</summary>
    private static IEnumerable<string> SelfAndGroups(string mineral) =>
        Minerals.TryGet(mineral, out var known) ? known.Groups.Reverse().Prepend(mineral) : [mineral];

    private static SupplyShares OfGroup(string group, string mineral, SupplyShares shares) =>
        shares with { Mineral = mineral, Group = group, Note = $"Shares of {group}, for want of figures of {mineral} itself." };

    private static string Newest(List<Figure> rows) => rows.Select(f => f.Vintage).Max(StringComparer.Ordinal)!;

    private Figure? Newest(FigureKind kind, string mineral, Stage? stage, string economy) =>
        Of(kind, mineral, stage, economy).FirstOrDefault(f => f.Form is null);

    private readonly record struct Key(FigureKind Kind, string? Mineral, Stage? Stage, string? Economy);
}
