using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Supply;

/// <summary>
/// Every importer's supply of every mineral, made from one edition of the figures and kept in memory: what scoring reads on each event. A
/// new edition is a new book.
/// </summary>
internal sealed class SupplyBook
{
    private readonly Dictionary<(string Economy, string Mineral), Lazy<StageView[]>> pairs = [];
    private readonly Lazy<FiguresEdition> edition;

    /// <param name="onDemand">A pair is made when it is asked for, for a book of which few pairs are.</param>
    public SupplyBook(FigureSet figures, LiveMethod method, bool onDemand = false)
    {
        (Figures, Method) = (figures, method);
        edition = new Lazy<FiguresEdition>(() => new FiguresEdition(figures));
        foreach (var economy in ScoredEconomies.All)
        {
            foreach (var mineral in Reference.Minerals.All) pairs[(economy, mineral.Slug)] = new Lazy<StageView[]>(() => Make(economy, mineral.Slug));
        }

        if (!onDemand) Parallel.ForEach(pairs.Values, pair => _ = pair.Value);
    }

    public FigureSet Figures { get; }
    public LiveMethod Method { get; }

    /// <summary>Names the figures.</summary>
    public FiguresEdition Edition => edition.Value;
    public IReadOnlyCollection<(string Economy, string Mineral)> Pairs => pairs.Keys;

    public bool Contains(string economy, string mineral) => pairs.ContainsKey((economy, mineral));

    /// <summary>One view per stage that has producers; empty is insufficient data.</summary>
    public IReadOnlyList<StageView> Of(string economy, string mineral) => pairs[(economy, mineral)].Value;

    private StageView[] Make(string economy, string mineral) =>
        [.. Enum.GetValues<Stage>().Select(stage => StageFigures.Make(Figures, economy, mineral, stage, Method)).OfType<StageView>()];
}
