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

    public SupplyBook(FigureSet figures, LiveMethod method)
    {
        Figures = figures;
        Method = method;
        foreach (var economy in ScoredEconomies.All)
        {
            foreach (var mineral in Reference.Minerals.All)
            {
                pairs[(economy, mineral.Slug)] =
                    [.. Enum.GetValues<Stage>().Select(s => StageFigures.Make(figures, economy, mineral.Slug, s, method)).OfType<StageView>()];
            }
        }
    }

    public FigureSet Figures { get; }
    public LiveMethod Method { get; }
    public IReadOnlyCollection<(string Economy, string Mineral)> Pairs => pairs.Keys;

    public bool Contains(string economy, string mineral) => pairs.ContainsKey((economy, mineral));

    /// <summary>One view per stage that has producers; empty is insufficient data.</summary>
    public IReadOnlyList<StageView> Of(string economy, string mineral) => pairs[(economy, mineral)];
}
