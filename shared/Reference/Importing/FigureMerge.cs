namespace Chokepoint.Reference.Importing;

/// <summary>Two figures that say different things of the same matter in the same edition.</summary>
public sealed record FigureConflict(Figure Kept, Figure Refused);

/// <summary>
/// Puts figures of several files together: what is said twice stands once; what one edition says in two ways is kept as first said, and the
/// other is given back as a conflict. Other editions and years are other figures and stay side by side.
/// </summary>
public sealed class FigureMerge
{
    private readonly Dictionary<FigureKey, Figure> kept = [];
    private readonly List<FigureConflict> conflicts = [];

    public IReadOnlyCollection<Figure> Figures => kept.Values;

    public IReadOnlyList<FigureConflict> Conflicts => conflicts;

    public void Add(IEnumerable<Figure> figures)
    {
        foreach (var figure in figures)
        {
            if (kept.TryAdd(FigureKey.Of(figure), figure)) continue;
            var first = kept[FigureKey.Of(figure)];
            if ((first.Value, first.Low, first.High, first.Operator) != (figure.Value, figure.Low, figure.High, figure.Operator))
                conflicts.Add(new FigureConflict(first, figure));
        }
    }
}

/// <summary>What makes two figures statements about the same thing in the same edition.</summary>
public readonly record struct FigureKey(
    FigureKind Kind, string? Mineral, Contracts.Stage? Stage, string? Form, string? Economy, string? Counterpart, string Unit, int Year, string Vintage, string Source)
{
    public static FigureKey Of(Figure f) => new(f.Kind, f.Mineral, f.Stage, f.Form, f.Economy, f.Counterpart, f.Unit, f.Year, f.Vintage, f.Source);
}
