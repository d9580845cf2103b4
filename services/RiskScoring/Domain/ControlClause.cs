using System.Runtime.InteropServices;
using Chokepoint.Contracts;
using Chokepoint.Reference;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>A clause of a control notice as scoring sees it: whom it can hit, and what it is on every day.</summary>
internal sealed record ControlClause(
    Guid NoticeId, string Issuer, string DocumentNumber, string Clause, Measure Measure, IReadOnlyList<string> Minerals, IReadOnlyList<Stage> Stages,
    IReadOnlyList<string>? Destinations, IReadOnlyList<string> ExcludedDestinations, EndUse? EndUse, QuotaTerms? Quota, Confidence Confidence,
    IReadOnlyList<ControlInterval> Schedule, IReadOnlyList<SourceReference> Sources, long Version, Guid EventId, DateTimeOffset OccurredAt)
{
    /// <summary><c>CHN 2024-46 clause 2</c>.</summary>
    public string Label => $"{Issuer} {DocumentNumber} clause {Clause}";

    /// <summary>True when the clause can hit what this economy imports; an issuer, or its customs union, is not hit by its own measure.</summary>
    public bool Reaches(string economy)
    {
        if (Economies.AreSameMarket(Issuer, economy)) return false;
        var union = Economies.UnionOf(economy);
        return Names(Destinations ?? [economy]) && !Names(ExcludedDestinations);

        bool Names(IReadOnlyList<string> economies)
        {
            for (var i = 0; i < economies.Count; i++)
            {
                if (economies[i] == economy || (union is not null && economies[i] == union)) return true;
            }

            return false;
        }
    }

    /// <summary>No stage named means every stage.</summary>
    public bool Touches(Stage stage)
    {
        for (var i = 0; i < Stages.Count; i++)
        {
            if (Stages[i] == stage) return true;
        }

        return Stages.Count == 0;
    }

    /// <summary>What the clause is on a day of its issuer; null before anybody knew of it.</summary>
    public ClauseState? On(DateOnly day)
    {
        for (var i = 0; i < Schedule.Count; i++)
        {
            var interval = Schedule[i];
            if (interval.From > day || interval.Until < day) continue;
            DateOnly? inForceFrom = null;
            for (var j = i + 1; j < Schedule.Count && inForceFrom is null; j++)
            {
                if (Schedule[j].Status == ControlStatus.InForce) inForceFrom = Schedule[j].From;
            }

            return new ClauseState(interval.Status, interval.Basis, interval.From, inForceFrom, inForceFrom?.DayNumber - day.DayNumber);
        }

        return null;
    }

    /// <summary>The days on which the clause begins to count for more or less, with no event needed.</summary>
    public IEnumerable<DateOnly> Marks(LiveMethod method)
    {
        foreach (var interval in Schedule)
        {
            yield return interval.From;
            if (interval.Status == ControlStatus.InForce && interval.From.DayNumber > method.NearDays) yield return interval.From.AddDays(-method.NearDays);
        }
    }
}

/// <summary>One day in a clause's life.</summary>
/// <param name="InForceFrom">The next day it comes into force, by the schedule; null when none is set.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ClauseState(ControlStatus Status, StatusBasis Basis, DateOnly Since, DateOnly? InForceFrom, int? DaysToForce);
