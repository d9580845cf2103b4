using System.Collections.Concurrent;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Observed;

/// <summary>A supplier's newest month to an importer.</summary>
internal sealed record FlowReading(SupplierFlow Flow, SupplyReading Of);

/// <summary>
/// The prices of a mineral and the flows of it, the newest of each: of two months the later, of two years the later. Which readings it is
/// made from decides what it says, not the order they came in.
/// </summary>
internal sealed class MineralSignals
{
    private readonly PriceReading[] prices;
    private readonly Dictionary<(string Importer, Stage Stage), SupplyReading> years = [];
    private readonly Dictionary<(string Importer, Stage Stage), Dictionary<string, FlowReading>> flows = [];
    private readonly ConcurrentDictionary<(SupplyBook, string Economy), IReadOnlyList<StageView>> views = new();

    public MineralSignals(IEnumerable<PriceReading> prices, IEnumerable<SupplyReading> supplies)
    {
        this.prices = [.. prices.Where(p => p is { IsOfAMonth: true, RobustZ: not null }).OrderBy(p => p.SeriesId)];
        foreach (var supply in supplies)
        {
            var key = (supply.Importer, supply.Stage);
            if (supply.IsOfAYear && (!years.TryGetValue(key, out var year) || year.Year < supply.Year)) years[key] = supply;
            foreach (var flow in supply.Flows) Add(key, new FlowReading(flow, supply));
        }
    }

    public static MineralSignals None { get; } = new([], []);

    /// <summary>The days on which a reading begins to be stale, with the importer it concerns; null is every importer.</summary>
    public IEnumerable<(DateOnly Day, string? Importer)> Marks =>
        [.. prices.Select(p => (p.StaleFrom, (string?)null)), .. flows.SelectMany(f => f.Value.Values.Select(r => (r.Of.FlowsStaleFrom, (string?)f.Key.Importer)))];

    /// <summary>The importer's supply, with its purchases as traded where no publication states them.</summary>
    public IReadOnlyList<StageView> Views(SupplyBook book, string economy, string mineral)
    {
        var published = book.Of(economy, mineral);
        return published.All(v => v.Sourcing is not null || !years.ContainsKey((economy, v.Supply.Stage)))
            ? published
            : views.GetOrAdd((book, economy), _ => [.. published.Select(v => WithTraded(v, book, economy, mineral))]);
    }

    /// <summary>On a day: the strongest signal among prices that are not stale (among all where all are), and each supplier's newest month.</summary>
    public PairSignals Of(string economy, DateOnly day)
    {
        PriceReading[] fresh = [.. prices.Where(p => p.StaleFrom > day)];
        var price = (fresh.Length > 0 ? fresh : prices).MaxBy(p => p.RobustZ!.Value);
        return new PairSignals(price, Of(flows, economy), Of(years, economy));
    }

    private StageView WithTraded(StageView published, SupplyBook book, string economy, string mineral) =>
        published.Sourcing is null && years.TryGetValue((economy, published.Supply.Stage), out var year)
            ? StageFigures.Make(book.Figures, economy, mineral, published.Supply.Stage, book.Method, year.AsSourcing()) ?? published
            : published;

    private static Dictionary<Stage, T> Of<T>(Dictionary<(string Importer, Stage Stage), T> known, string economy)
    {
        var found = new Dictionary<Stage, T>();
        foreach (var stage in Enum.GetValues<Stage>())
        {
            if (known.TryGetValue((economy, stage), out var one)) found[stage] = one;
        }

        return found;
    }

    private void Add((string, Stage) key, FlowReading reading)
    {
        if (!flows.TryGetValue(key, out var suppliers)) flows[key] = suppliers = new(StringComparer.Ordinal);
        if (!suppliers.TryGetValue(reading.Flow.Supplier, out var known) || string.CompareOrdinal(known.Of.Period, reading.Of.Period) < 0)
        {
            suppliers[reading.Flow.Supplier] = reading;
        }
    }
}
