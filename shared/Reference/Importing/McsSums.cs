namespace Chokepoint.Reference.Importing;

/// <summary>
/// Where USGS prints a stage only by form (ilmenite and rutile, both titanium concentrates), the stage's figure is the sum of the forms
/// that are known; a form that is withheld or counted with the other is named in the note.
/// </summary>
internal static class McsSums
{
    public static IEnumerable<Figure> Of(IReadOnlyCollection<Figure> figures)
    {
        var stated = figures.Where(f => f.Form is null).Select(Key).ToHashSet();
        return figures
            .Where(f => f.Form is not null && f.Kind is FigureKind.Production or FigureKind.ProductionResidual or FigureKind.ProductionTotal)
            .GroupBy(Key).Where(g => !stated.Contains(g.Key)).Select(g => Sum([.. g]));
    }

    private static Figure Sum(IReadOnlyList<Figure> forms)
    {
        var known = forms.Where(f => f.Value is not null).ToList();
        var unknown = forms.Where(f => f.Value is null).Select(f => $"{f.Form} is {f.Operator}");
        var exact = known.TrueForAll(f => f.Operator is null);
        return forms[0] with
        {
            Form = null,
            Value = known.Count == 0 ? null : known.Sum(f => f.Value!.Value),
            Low = exact ? null : known.Sum(f => f.Range.Low ?? 0),
            High = exact ? null : known.Sum(f => f.Range.High ?? f.Value!.Value),
            Operator = known.Count == 0 ? forms[0].Operator : exact ? null : known.First(f => f.Operator is not null).Operator,
            Note = McsFigures.Note($"Sum of {string.Join(" and ", forms.Select(f => f.Form))}", string.Join(", ", unknown)),
        };
    }

    private static (FigureKind Kind, string? Mineral, object? Stage, string? Economy, int Year, string Vintage) Key(Figure f) =>
        (f.Kind, f.Mineral, f.Stage, f.Economy, f.Year, f.Vintage);
}
