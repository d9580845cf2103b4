using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Observed;
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
        var signals = before is null ? pair.Signals : [.. pair.Signals.Where(s => !before.Signals.Any(b => (b.Key, b.Value) == (s.Key, s.Value)))];
        var document = pair.Document with
        {
            Version = (before?.Version ?? 0) + 1,
            Deltas = DeltasOf(pair, before, moves, signals, method),
            Causes = CausesOf(pair, before, moves, signals, figures),
        };
        return new Revision(pair, document, JsonSerializer.Serialize(document, EventJson.Options), fingerprint, before);
    }

    /// <summary>False where only the date of a price or of a flow moved, and nothing it says.</summary>
    public bool IsNews => Before is null || Document.Deltas.Count > 0 || Document.Causes.Any(c => c.Type is not ("price" or "trade"))
        || (Before.Score, Before.State) != (Document.Score, Document.State);

    /// <summary>The announcement of this revision; null where there is no score to announce, or nothing new to say of it.</summary>
    public RiskScoreChanged? Announcement(LiveMethod method) => IsNews && Document is { Score: { } score, Level: { } level, Stage: { } stage }
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

    private static IReadOnlyList<FactorDelta> DeltasOf(ScoredPair pair, CurrentScore? before, IReadOnlyList<ControlMove> moves, IReadOnlyList<SignalMark> signals, LiveMethod method)
    {
        if (before?.Factors is not { } from || pair.Score.Deciding is not { } deciding) return [];
        var tenths = Points.Deltas(from, deciding.Factors, method);
        return [.. FactorNames.All
            .Where(f => !Nullable.Equals(from[f], deciding.Factors[f]))
            .Select(f => new FactorDelta(f.NameOf(), tenths[(int)f] / 10.0, Reason(f, moves, signals, before, deciding)))];
    }

    private static string Reason(
        Factor factor, IReadOnlyList<ControlMove> moves, IReadOnlyList<SignalMark> signals, CurrentScore before, StageScore deciding)
    {
        const int named = 3;
        var stage = JsonNamingPolicy.KebabCaseLower.ConvertName(deciding.Stage.ToString());
        string[] sentences = factor switch
        {
            Factor.Market => [.. signals.Where(s => s.Type == "price").Select(s => s.Label)],
            // A flow is the severity of a controlled supplier: then controls moved without a move of a clause.
            Factor.Trade => Flows(),
            Factor.Controls => moves.Count > 0 ? [.. moves.Select(m => m.Sentence)] : Flows(),
            _ when before.Stage == stage => [.. signals.Where(s => s is { Type: "trade" } && s.Key.EndsWith(" sourcing", StringComparison.Ordinal)).Select(s => s.Label)],
            _ => [],
        };
        if (sentences.Length == 0) return before.Stage == stage ? Otherwise(factor) : $"deciding stage: {before.Stage} → {stage}";
        var first = string.Join("; ", sentences.Take(named));
        return sentences.Length > named ? $"{first}; and {sentences.Length - named} more" : first;

        string[] Flows() => [.. signals.Where(s => s.Type == "trade").Select(s => s.Label)];
    }

    /// <summary>Where no event of its own moved a factor.</summary>
    private static string Otherwise(Factor factor) => factor switch
    {
        Factor.Market => "another price series is the strongest that is not stale",
        Factor.Trade => "a supplier came under control, or is no longer: its flow counts there",
        _ => "new reference figures",
    };

    private static IReadOnlyList<Cause> CausesOf(ScoredPair pair, CurrentScore? before, IReadOnlyList<ControlMove> moves, IReadOnlyList<SignalMark> signals, FiguresEdition figures)
    {
        var controls = before is null
            ? pair.Controls.Select(m => new Cause(m.EventId, "control", m.Label))
            : moves.Select(m => new Cause(m.Mark.EventId, m.ByDayAlone ? "day" : "control", m.Mark.Label));
        IReadOnlyList<Cause> all = [.. controls, .. signals.Select(s => s.Cause)];
        if (before is not null && before.Figures != figures.Name) return [figures.Cause, .. all];
        return before is not null && all.Count == 0 && before.State != pair.State
            ? [new Cause(figures.Id, "day", "an input is older than three times its cadence")]
            : all;
    }
}
