namespace Chokepoint.Reference.Importing;

/// <summary>A table of printed shares has to be of one whole: where it adds up to clearly more, a row is in it that belongs elsewhere.</summary>
internal static class PrintedShares
{
    /// <summary>Percent; rounding and figures under a bound bring honest tables to 102.</summary>
    private const double Most = 105;

    /// <summary>Takes out every table (mineral, stage, form, importer, year) whose shares add up to more than a whole, with the reason.</summary>
    public static ImportRows Whole(ImportRows gathered)
    {
        var whole = gathered.Empty();
        foreach (var table in gathered.Figures.GroupBy(f => IsShare(f) ? (f.Kind == FigureKind.ProducerShare, f.Mineral, f.Stage, f.Form, Of(f), f.Year) : default))
        {
            var sum = table.Where(IsShare).Sum(f => f.Range.Low ?? f.Value ?? 0);
            foreach (var figure in table)
            {
                if (sum <= Most) whole.Add(figure, gathered.LineOf(figure));
                else whole.Reject(gathered.LineOf(figure), $"The shares of {figure.Mineral} {figure.Form ?? figure.Stage?.ToString().ToLowerInvariant()} add up to {sum} percent.");
            }
        }

        return whole;
    }

    private static bool IsShare(Figure f) => f.Kind is FigureKind.ProducerShare or FigureKind.ImportShare or FigureKind.ImportShareResidual;

    private static string? Of(Figure f) => f.Kind == FigureKind.ProducerShare ? null : f.Economy;
}
