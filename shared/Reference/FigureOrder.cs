namespace Chokepoint.Reference;

/// <summary>The one order of figures in tables and imports, so that the same input always writes the same bytes.</summary>
public static class FigureOrder
{
    public static IEnumerable<Figure> Sort(IEnumerable<Figure> figures) => figures
        .OrderBy(f => f.Kind).ThenBy(f => f.Mineral, StringComparer.Ordinal).ThenBy(f => f.Stage).ThenBy(f => f.Form, StringComparer.Ordinal)
        .ThenBy(f => f.Economy, StringComparer.Ordinal).ThenBy(f => f.Counterpart, StringComparer.Ordinal)
        .ThenBy(f => f.Vintage, StringComparer.Ordinal).ThenBy(f => f.Year).ThenBy(f => f.Unit, StringComparer.Ordinal)
        .ThenBy(f => f.Value).ThenBy(f => f.Note, StringComparer.Ordinal);
}
