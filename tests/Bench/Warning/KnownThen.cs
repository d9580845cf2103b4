using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Methods;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.Bench.Warning;

/// <summary>What there was to know on a day: the figures published by then, and the notices announced by then.</summary>
internal sealed class KnownThen(IReadOnlyList<NoticeDocument> notices)
{
    /// <summary>Whose imports the scores are of: a mineral's is the mean over those that the issuer is not.</summary>
    private static readonly string[] Importers = ["USA", "EU27", "JPN", "KOR"];

    private readonly Dictionary<int, (SupplyBook Book, Dictionary<string, double> Assessment)> books = [];

    /// <summary>Published methods and the live score, each with the value from which it calls a mineral at risk.</summary>
    public static IReadOnlyList<(string Name, double From)> Methods { get; } =
        [("live-1", 50), ("structure alone", 0.5), ("eu-supply-risk 2023", 1), ("hhi-production", 2500), ("us-import-reliance", 50), ("usgs-gdp-2025", 100)];

    /// <summary>By method and mineral; a mineral without a value is not in it.</summary>
    public Dictionary<string, Dictionary<string, double>> On(DateOnly day)
    {
        Figure[] figures = [.. Figures.Shipped.All.Where(f => Publication.DayOf(f) <= day)];
        if (!books.TryGetValue(figures.Length, out var known))
        {
            var book = new SupplyBook(new FigureSet(figures), LiveMethod.Live1);
            known = (book, EuAssessment2023.Run(book.Figures).Where(r => r.SupplyRisk is not null).GroupBy(r => r.Mineral, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Max(r => r.SupplyRisk!.Value), StringComparer.Ordinal));
            books[figures.Length] = known;
        }

        var clauses = ClausesOn(day).ToList();
        var values = Methods.ToDictionary(m => m.Name, _ => new Dictionary<string, double>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var mineral in Minerals.All.Select(m => m.Slug))
        {
            var scores = Importers.Select(i => PairScorer.Score(
                i, mineral, [.. known.Book.Of(i, mineral).Select(v => v.Supply)], [.. clauses.Where(c => c.Minerals.Contains(mineral, StringComparer.Ordinal))],
                _ => day, Signals.None, known.Book.Method)).Where(s => s.Deciding is not null).ToList();
            Add("live-1", scores.Count == 0 ? null : scores.Average(s => s.Deciding!.Score));
            Add("structure alone", scores.Count == 0 ? null : scores.Average(s => s.Stages.Max(x => x.Factors.Structure)));
            Add("eu-supply-risk 2023", known.Assessment.TryGetValue(mineral, out var sr) ? sr : null);
            Add("hhi-production", Enum.GetValues<Stage>().Max(s => known.Book.Figures.Producers(mineral, s)?.Concentration.Low));
            Add("us-import-reliance", Enum.GetValues<Stage>().Max(s => known.Book.Figures.ImportReliance("USA", mineral, s)?.Value));
            Add("usgs-gdp-2025", known.Book.Figures.GdpEffect(mineral)?.Value);

            void Add(string method, double? value)
            {
                if (value is { } v) values[method][mineral] = v;
            }
        }

        return values;
    }

    private IEnumerable<ControlClause> ClausesOn(DateOnly day)
    {
        List<NoticeDocument> announced = [.. notices.Where(n => n.AnnouncedOn <= day)];
        var known = new KnownClauses(announced.Select(n => (n, Ships: true)));
        return announced.SelectMany(n => known.Of(n).Select(c => new ControlClause(
            Guid.Empty, n.Issuer, n.DocumentNumber, c.Clause.Number, c.Clause.Measure, ClauseScope.MineralsOf(c.Clause), ClauseScope.StagesOf(c.Clause),
            c.Clause.Destinations, c.Clause.ExcludedDestinations, c.Clause.EndUse, c.Clause.Quota, n.Confidence, c.Schedule, n.Sources, 1, Guid.Empty, default)));
    }
}
