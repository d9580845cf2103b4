using Chokepoint.Contracts;

namespace Chokepoint.TradeFlows.Measures;

/// <summary>A clause of a control notice as it last came in an event: what may explain that a flow fell.</summary>
internal sealed record KnownMeasure(ControlStateChanged Clause)
{
    /// <summary>Goods on their way when a measure begins still arrive, and licences take months to be refused.</summary>
    private const int MonthsUntilFelt = 6;

    /// <summary>Whose orders an economy's exports follow: its own, and those of the customs union it is in.</summary>
    public static IEnumerable<string> IssuersFor(string economy) =>
        Reference.Economies.UnionOf(economy) is { } union ? [economy, union] : [economy];

    /// <summary>The clauses that may explain a fall of an exporter's flow, the latest first, each with the day it came into force.</summary>
    /// <param name="importer">Null for the exporter's shipments to everyone.</param>
    public static IEnumerable<(ControlStateChanged Clause, DateOnly Since)> Explaining(
        IReadOnlyList<KnownMeasure> measures, string exporter, string mineral, Stage? stage, string? importer, int period)
    {
        var issuers = IssuersFor(exporter).ToList();
        return measures
            .Where(m => issuers.Contains(m.Clause.Issuer, StringComparer.Ordinal))
            .Select(m => (m.Clause, Since: m.MayExplain(mineral, stage, importer, period)))
            .Where(x => x.Since is not null).Select(x => (x.Clause, x.Since!.Value))
            .OrderByDescending(x => x.Value).ThenBy(x => x.Clause.DocumentNumber, StringComparer.Ordinal).ThenBy(x => x.Clause.Clause, StringComparer.Ordinal);
    }

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
