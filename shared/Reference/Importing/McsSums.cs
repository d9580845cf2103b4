namespace Chokepoint.Reference.Importing;

/// <summary>What has to be put together before a world production table says one thing per producer and year.</summary>
internal static class McsSums
{
    /// <summary>
    /// Adds up rows of one producer (United States helium from gas and from the Cliffside Field), then the forms of a stage that is printed
    /// only by form (ilmenite and rutile), and takes out a world total that is less than its parts (kaolin 2025: 4,400 for 44,000).
    /// </summary>
    public static ImportRows Complete(ImportRows gathered)
    {
        var single = gathered.Figures.GroupBy(f => (Key(f), f.Form, f.Unit)).Select(g => Rows([.. g])).ToList();
        var stated = single.Where(f => f.Form is null).Select(Key).ToHashSet();
        var sums = single.Where(f => f.Form is not null && IsProduction(f)).GroupBy(Key).Where(g => !stated.Contains(g.Key)).Select(g => Forms([.. g]));
        single.AddRange(sums.ToList());
        var complete = gathered.Empty();
        foreach (var table in single.GroupBy(f => IsProduction(f) ? (f.Mineral, f.Stage, f.Form, f.Year, f.Vintage) : default))
        {
            var parts = table.Where(f => f.Kind is FigureKind.Production or FigureKind.ProductionResidual).Sum(f => f.Value ?? 0);
            foreach (var figure in table)
            {
                if (figure is { Kind: FigureKind.ProductionTotal, Value: { } total } && total < 0.9 * parts)
                    complete.Reject(gathered.LineOf(figure), $"The world total of {figure.Mineral} {figure.Year}, {total}, is less than its parts, {parts}.");
                else complete.Add(figure, gathered.LineOf(figure));
            }
        }

        return complete;
    }

    private static Figure Rows(IReadOnlyList<Figure> rows) => rows.Count == 1
        ? rows[0] : Sum(rows, rows[0].Form, $"Sum of {rows.Count} rows", rows.Select(r => r.Note ?? ""));

    private static Figure Forms(IReadOnlyList<Figure> forms) => Sum(
        forms, null, forms.Count == 1 ? $"{forms[0].Form} only" : $"Sum of {string.Join(" and ", forms.Select(f => f.Form))}",
        forms.Where(f => f.Value is null).Select(f => $"{f.Form} not stated ({f.Operator})"));

    /// <summary>The sum of what is known; what is not is named, and leaves the sum without an upper bound.</summary>
    private static Figure Sum(IReadOnlyList<Figure> parts, string? form, string what, IEnumerable<string> remarks)
    {
        var known = parts.Where(f => f.Value is not null).ToList();
        var exact = known.TrueForAll(f => f.Operator is null);
        return parts[0] with
        {
            Form = form,
            Value = known.Count == 0 ? null : known.Sum(f => f.Value!.Value),
            Low = exact ? null : known.Sum(f => f.Range.Low ?? 0),
            High = exact ? null : known.Sum(f => f.Range.High ?? f.Value!.Value),
            Operator = known.Count == 0 ? parts[0].Operator : known.Find(f => f.Operator is not null)?.Operator,
            Note = McsFigures.Note([what, .. remarks]),
        };
    }

    private static bool IsProduction(Figure f) => f.Kind is FigureKind.Production or FigureKind.ProductionResidual or FigureKind.ProductionTotal;

    private static (FigureKind, string?, object?, string?, string?, int, string) Key(Figure f) =>
        (f.Kind, f.Mineral, f.Stage, f.Economy, f.Counterpart, f.Year, f.Vintage);
}
