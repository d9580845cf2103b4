using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>What a revision remembers of a clause that bore on it, so that the next can say what became of it.</summary>
internal sealed record ControlMark(
    Guid NoticeId, string Clause, string Label, long Version, Guid EventId, ControlStatus Status, StatusBasis Basis, double Severity, DateOnly? InForceFrom)
{
    public static ControlMark Of(ControlEffect e) => new(
        e.Clause.NoticeId, e.Clause.Clause, e.Clause.Label, e.Clause.Version, e.Clause.EventId, e.State.Status, e.State.Basis,
        Math.Round(e.Severity, 6), e.State.InForceFrom);
}

/// <summary>A clause that counts otherwise than it did, in one line, and the event that made it so.</summary>
internal sealed record ControlMove(ControlMark Mark, bool ByDayAlone, string Sentence)
{
    /// <summary><c>CHN 2024-46 clause 2: suspended → in force (schedule)</c>.</summary>
    public static IReadOnlyList<ControlMove> Between(IReadOnlyList<ControlMark> before, IReadOnlyList<ControlMark> after)
    {
        var was = before.ToDictionary(m => (m.NoticeId, m.Clause));
        var moves = new List<ControlMove>();
        foreach (var mark in after)
        {
            if (!was.Remove((mark.NoticeId, mark.Clause), out var old))
            {
                moves.Add(new ControlMove(mark, false, $"{mark.Label}: {Named(mark)} ({BasisOf(mark)})"));
            }
            else if (old.Status != mark.Status)
            {
                moves.Add(new ControlMove(mark, old.Version == mark.Version, $"{mark.Label}: {Words(old.Status)} → {Named(mark)} ({BasisOf(mark)})"));
            }
            else if (!old.Severity.Equals(mark.Severity) || old.InForceFrom != mark.InForceFrom)
            {
                moves.Add(new ControlMove(mark, old.Version == mark.Version, Amended(old, mark)));
            }
        }

        moves.AddRange(was.Values.Select(gone => new ControlMove(gone, false, $"{gone.Label}: no longer applies here")));
        return moves;
    }

    private static string Amended(ControlMark old, ControlMark mark) =>
        old.Version == mark.Version && mark.InForceFrom is { } date
            ? $"{mark.Label}: {Words(mark.Status)}, in force from {date:yyyy-MM-dd}, now near ({BasisOf(mark)})"
            : $"{mark.Label}: {Named(mark)}, amended ({BasisOf(mark)})";

    private static string Named(ControlMark mark) =>
        mark is { Status: not ControlStatus.InForce, InForceFrom: { } date } ? $"{Words(mark.Status)}, in force from {date:yyyy-MM-dd}" : Words(mark.Status);

    private static string BasisOf(ControlMark mark) => mark.Basis == StatusBasis.Schedule ? "schedule" : "notice";

    internal static string Words(ControlStatus status) => status switch
    {
        ControlStatus.InForce => "in force",
        ControlStatus.SuspendedBeforeEffect => "suspended before effect",
        _ => status.ToString().ToLowerInvariant(),
    };
}
