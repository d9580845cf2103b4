using Chokepoint.Contracts;

namespace Chokepoint.TradeFlows.Measures;

/// <summary>A clause of a control notice as it last came in an event: what may explain that a flow fell.</summary>
internal sealed record KnownMeasure(ControlStateChanged Clause)
{
    /// <summary>Goods on their way when a measure begins still arrive, and licences take months to be refused.</summary>
    private const int MonthsUntilFelt = 6;

    /// <summary>
    /// When the clause came into force, if that was in the month of the fall or in the months before it: later than the month it
    /// cannot have been the cause, and long before it the fall would have been earlier.
    /// </summary>
    /// <param name="importer">Null for the exporter's shipments to everyone.</param>
    public DateOnly? MayExplain(string mineral, Stage? stage, string? importer, int period)
    {
        if (Clause is { Measure: Measure.Statement } or { Extraterritorial: not null } || !Clause.Minerals.Contains(mineral, StringComparer.Ordinal)) return null;
        if (stage is { } at && Clause.Stages.Count > 0 && !Clause.Stages.Contains(at)) return null;
        if (importer is not null && !Reaches(importer)) return null;
        var last = new DateOnly(period / 100, period % 100, 1).AddMonths(1).AddDays(-1);
        var first = last.AddDays(1).AddMonths(-1 - MonthsUntilFelt);
        DateOnly? since = null;
        foreach (var interval in Clause.Schedule)
        {
            if (interval.Status is ControlStatus.InForce && interval.From >= first && interval.From <= last) since = interval.From;
        }
        return since;
    }

    private bool Reaches(string importer)
    {
        if (Clause.ExcludedDestinations.Contains(importer, StringComparer.Ordinal)) return false;
        var union = Reference.Economies.UnionOf(importer);
        return Clause.Destinations is null || Clause.Destinations.Contains(importer, StringComparer.Ordinal)
            || (union is not null && Clause.Destinations.Contains(union, StringComparer.Ordinal));
    }
}
