using System.Globalization;

namespace Chokepoint.Reference;

/// <summary>When the editions that ship appeared: with them a question about a past day is answered from what there was to know then.</summary>
public static class Publication
{
    /// <summary>
    /// USGS's summaries appear in the first weeks of their year and are taken as known from 15 February; the others on the day, or at the end
    /// of the month, that their publisher gives. The agreements were all in force before any of the other figures was published.
    /// </summary>
    /// <param name="figure">One that ships; of one that an operator brings its import is what counts.</param>
    /// <exception cref="ArgumentException">Of an edition that has none here.</exception>
    public static DateOnly DayOf(Figure figure) => (figure.Kind, figure.Source) switch
    {
        (FigureKind.TradeAgreement, _) => DateOnly.MinValue,
        (FigureKind.GdpEffect, _) => new DateOnly(2025, 8, 25),
        (FigureKind.Governance, _) => figure.Vintage == "2023" ? new DateOnly(2020, 9, 30) : new DateOnly(2024, 11, 5),
        (_, var source) when source.StartsWith("USGS", StringComparison.Ordinal) => new DateOnly(int.Parse(figure.Vintage, CultureInfo.InvariantCulture), 2, 15),
        (_, var source) when source.StartsWith("European Commission", StringComparison.Ordinal) => new DateOnly(2023, 3, 16),
        _ => throw new ArgumentException($"Nobody has said when {figure.Source} {figure.Vintage} was published: say it here.", nameof(figure)),
    };
}
