using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Supply;

/// <summary>
/// Every importer's supply of every mineral, made once from one edition of the figures and kept in memory: what scoring reads on each
/// event. A new edition is a new book.
/// </summary>
internal sealed class SupplyBook
{
    private readonly Dictionary<(string Economy, string Mineral), StageView[]> pairs = [];
    private readonly Lazy<FiguresEdition> edition;

    public SupplyBook(FigureSet figures, LiveMethod method)
    {
        Figures = figures;
        Method = method;
        edition = new Lazy<FiguresEdition>(() => new FiguresEdition(figures));
        (string Economy, string Mineral)[] all = [.. ScoredEconomies.All.SelectMany(economy => Reference.Minerals.All.Select(mineral => (economy, mineral.Slug)))];
        var made = new StageView[all.Length][];
        Parallel.For(0, all.Length, i => made[i] =
            [.. Enum.GetValues<Stage>().Select(stage => StageFigures.Make(figures, all[i].Economy, all[i].Mineral, stage, method)).OfType<StageView>()]);
        for (var i = 0; i < all.Length; i++) pairs[all[i]] = made[i];
    }

    public FigureSet Figures { get; }
    public LiveMethod Method { get; }

    /// <summary>Names the figures.</summary>
    public FiguresEdition Edition => edition.Value;
    public IReadOnlyCollection<(string Economy, string Mineral)> Pairs => pairs.Keys;

    public bool Contains(string economy, string mineral) => pairs.ContainsKey((economy, mineral));

    /// <summary>One view per stage that has producers; empty is insufficient data.</summary>
    public IReadOnlyList<StageView> Of(string economy, string mineral) => pairs[(economy, mineral)];
}
