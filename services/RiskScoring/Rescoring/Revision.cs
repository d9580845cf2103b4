using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>A new revision of a pair: what changed since the last, why, and the whole answer.</summary>
internal sealed record Revision(ScoredPair Pair, ScoreDocument Document, string Json, string Fingerprint, CurrentScore? Before)
{
    public IReadOnlyList<ControlMark> Controls => Pair.Controls;

    /// <summary>Null when everything the answer shows is as it was.</summary>
    public static Revision? Next(ScoredPair pair, CurrentScore? before, LiveMethod method, FiguresEdition figures)
    {
        var fingerprint = pair.Fingerprint(figures);
        if (before?.Fingerprint == fingerprint) return null;

        var moves = before is null ? [] : ControlMove.Between(before.Controls, pair.Controls);
        var document = pair.Document with
        {
            Version = (before?.Version ?? 0) + 1,
            Deltas = DeltasOf(pair, before, moves, method),
            Causes = CausesOf(pair, before, moves, figures),
        };
        return new Revision(pair, document, JsonSerializer.Serialize(document, EventJson.Options), fingerprint, before);
    }

    /// <summary>The announcement of this revision; null where there is no score to announce.</summary>
    public RiskScoreChanged? Announcement(LiveMethod method) => Document is { Score: { } score, Level: { } level, Stage: { } stage }
        ? new RiskScoreChanged
        {
            EventId = Guid.CreateVersion7(),
            Version = Document.Version,
            OccurredAt = Document.AsOf,
            Economy = Document.Economy,
            Mineral = Document.Mineral,
            Stage = stage,
            Previous = Before is { Score: { } was } ? new ScoreSnapshot(was, method.LevelOf(was), Before.Version) : null,
            Current = new ScoreSnapshot(score, level, Document.Version),
            Deltas = Document.Deltas,
            Causes = Document.Causes,
            Method = Document.Method,
            Inputs = Document.Inputs,
        }
        : null;

    private static IReadOnlyList<FactorDelta> DeltasOf(ScoredPair pair, CurrentScore? before, IReadOnlyList<ControlMove> moves, LiveMethod method)
    {
        if (before?.Factors is not { } from || pair.Score.Deciding is not { } deciding) return [];
        var tenths = Points.Deltas(from, deciding.Factors, method);
        return [.. FactorNames.All
            .Where(f => !Nullable.Equals(from[f], deciding.Factors[f]))
            .Select(f => new FactorDelta(f.NameOf(), tenths[(int)f] / 10.0, Reason(f, moves, before, deciding)))];
    }

    private static string Reason(Factor factor, IReadOnlyList<ControlMove> moves, CurrentScore before, StageScore deciding)
    {
        const int named = 3;
        if (factor != Factor.Controls || moves.Count == 0)
        {
            var stage = JsonNamingPolicy.KebabCaseLower.ConvertName(deciding.Stage.ToString());
            return before.Stage == stage ? "new reference figures" : $"deciding stage: {before.Stage} → {stage}";
        }

        var sentences = string.Join("; ", moves.Take(named).Select(m => m.Sentence));
        return moves.Count > named ? $"{sentences}; and {moves.Count - named} more" : sentences;
    }

    private static IReadOnlyList<Cause> CausesOf(ScoredPair pair, CurrentScore? before, IReadOnlyList<ControlMove> moves, FiguresEdition figures)
    {
        var controls = before is null
            ? pair.Controls.Select(m => new Cause(m.EventId, "control", m.Label))
            : moves.Select(m => new Cause(m.Mark.EventId, m.ByDayAlone ? "day" : "control", m.Mark.Label));
        return before is not null && before.Figures != figures.Name ? [figures.Cause, .. controls] : [.. controls];
    }
}
