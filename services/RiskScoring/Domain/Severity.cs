using System.Runtime.InteropServices;
using Chokepoint.Contracts;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>How much of a supplier's flow a measure is taken to stop, 0..1 (METHOD.md section 3).</summary>
internal static class Severity
{
    /// <summary>Of a measure when it is in force, before any confidence or date is looked at.</summary>
    public static double Prior(Measure measure, QuotaTerms? quota, LiveMethod method) =>
        measure == Measure.Quota && quota is { Baseline: { } baseline } && baseline > 0
            ? Math.Clamp(1 - quota.Volume / baseline, 0, 1)
            : method.Severities[measure];

    /// <summary>What of it counts in a state: all in force, part when pending, nothing when over.</summary>
    public static double PartOf(ClauseState state, LiveMethod method)
    {
        var near = state.DaysToForce is { } days && days <= method.NearDays;
        return state.Status switch
        {
            ControlStatus.InForce => 1,
            ControlStatus.Announced => near ? method.AnnouncedNearPart : 0,
            ControlStatus.Suspended or ControlStatus.SuspendedBeforeEffect => near ? method.SuspendedNearPart : method.SuspendedPart,
            _ => 0,
        };
    }

    /// <summary>The clause's own severity on that day, confidence included.</summary>
    public static double Of(ControlClause clause, ClauseState state, LiveMethod method) =>
        Prior(clause.Measure, clause.Quota, method) * PartOf(state, method) * (clause.Confidence == Confidence.Unconfirmed ? method.UnconfirmedPart : 1);
}

/// <summary>
/// The measures on one supplier, by segment of demand. In a segment the largest in force and the largest pending count:
/// 1 − (1 − in force)(1 − pending); more of the same kind adds nothing.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct SupplierSeverity
{
    private double militaryInForce, militaryPending, civilInForce, civilPending;

    public void Add(EndUse? endUse, double severity, bool inForce)
    {
        if (endUse != EndUse.Civil) Raise(ref inForce ? ref militaryInForce : ref militaryPending, severity);
        if (endUse != EndUse.Military) Raise(ref inForce ? ref civilInForce : ref civilPending, severity);
    }

    public readonly double Combined(LiveMethod method) =>
        method.MilitaryShare * (1 - (1 - militaryInForce) * (1 - militaryPending))
        + (1 - method.MilitaryShare) * (1 - (1 - civilInForce) * (1 - civilPending));

    private static void Raise(ref double largest, double severity) => largest = Math.Max(largest, severity);
}
