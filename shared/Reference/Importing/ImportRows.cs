namespace Chokepoint.Reference.Importing;

/// <summary>What an import gathers on its way through a file.</summary>
internal sealed class ImportRows
{
    private readonly List<Figure> figures = [];
    private readonly List<RejectedRow> rejected = [];
    private readonly SortedDictionary<(string Series, string Reason), int> skipped = [];

    private readonly Dictionary<Figure, int> lines = new(ReferenceEqualityComparer.Instance);

    public void Add(Figure figure, int line = 0)
    {
        figures.Add(figure);
        lines[figure] = line;
    }

    /// <summary>The line a figure was read from; 0 for one made of several.</summary>
    public int LineOf(Figure figure) => lines.GetValueOrDefault(figure);

    public void Reject(int line, string reason) => rejected.Add(new RejectedRow(line, reason));

    public void Skip(string series, string reason) => skipped[(series, reason)] = skipped.GetValueOrDefault((series, reason)) + 1;

    public IReadOnlyCollection<Figure> Figures => figures;

    /// <summary>The same rejects and skips, and no figures yet.</summary>
    public ImportRows Empty()
    {
        var rows = new ImportRows();
        rows.rejected.AddRange(rejected);
        foreach (var (series, count) in skipped) rows.skipped[series] = count;
        return rows;
    }

    public FigureImport Done() => new(
        [.. FigureOrder.Sort(figures)], [.. rejected.OrderBy(r => r.Line)],
        [.. skipped.Select(s => new SkippedSeries(s.Key.Series, s.Key.Reason, s.Value))]);
}
