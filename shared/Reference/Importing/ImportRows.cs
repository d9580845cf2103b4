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

    /// <summary>What the file says twice stands once; what it says in two ways stands as first said, and the other is rejected.</summary>
    public FigureImport Done()
    {
        var merge = new FigureMerge();
        merge.Add(figures);
        foreach (var (kept, other) in merge.Conflicts)
            Reject(LineOf(other), $"{other.Kind.NameOf()} of {other.Mineral ?? other.Economy} {other.Year} is {Said(other)} here and {Said(kept)} {(LineOf(kept) > 0 ? $"in line {LineOf(kept)}" : "before")}: the file contradicts itself.");
        return new FigureImport(
            [.. FigureOrder.Sort(merge.Figures)], [.. rejected.OrderBy(r => r.Line)],
            [.. skipped.Select(s => new SkippedSeries(s.Key.Series, s.Key.Reason, s.Value))]);
    }

    private static string Said(Figure f) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{f.Operator}{f.Value}");
}
