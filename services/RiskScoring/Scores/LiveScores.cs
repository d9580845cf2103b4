using System.Security.Cryptography;
using System.Text;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Controls;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Observed;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>A pair's score from what is recorded, at an instant or for a whole day; put into words only when somebody reads it.</summary>
internal sealed class ScoredPair(PairScore score, IReadOnlyList<StageView> views, PairSignals signals, SupplyBook book, DateTimeOffset asOf)
{
    private readonly Lazy<ScoreDocument> document = new(() => Explanation.Of(score, views, signals, book, asOf), isThreadSafe: false);

    public PairScore Score => score;
    public ScoreDocument Document => document.Value;
    public IReadOnlyList<ControlMark> Controls { get; } = score.Deciding is { } d ? [.. d.Controls.Select(ControlMark.Of)] : [];
    public IReadOnlyList<SignalMark> Signals { get; } = score.Deciding is { } s ? SignalMark.Of(signals, views.First(v => v.Supply == s.Supply), score.Economy) : [];
    public string State { get; } = score.Deciding is { } decides
        ? ScoreStates.Of(views.First(v => v.Supply == decides.Supply), signals, asOf)
        : ScoreStates.InsufficientData;

    /// <summary>
    /// Names everything the words depend on: the same words come of the same figures, method, numbers and controls. Versions and event ids of
    /// clauses are left out: an event that changes nothing here is no new revision.
    /// </summary>
    public string Fingerprint(FiguresEdition figures)
    {
        var text = new StringBuilder();
        Add($"{book.Method.Name}|{figures.Name}|{State}");
        foreach (var stage in score.Stages)
        {
            Add($"|{stage.Stage} {stage.Score:R} {stage.LowScore:R} {stage.HighScore:R} {stage.Factors.Structure:R} {stage.Factors.Controls:R} {stage.Factors.Trade:R} {stage.Factors.Market:R}");
        }

        foreach (var effect in score.Deciding?.Controls ?? [])
        {
            var (c, s) = (effect.Clause, effect.State);
            Add($"|{c.Label} {c.Measure} {c.EndUse} {c.Confidence} {s.Status} {s.Basis} {s.Since:O} {s.InForceFrom:O} {effect.Severity:R} {effect.Supply:R} {(c.Sources.Count > 0 ? c.Sources[0].Url : "")}");
        }

        foreach (var mark in Signals) Add($"|{mark.Type} {mark.Key} {mark.Value}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));

        void Add(FormattableString part) => text.Append(FormattableString.Invariant(part));
    }
}

internal static class LiveScores
{
    /// <summary>At an instant: each issuer's clauses on the day it is there.</summary>
    public static ScoredPair At(SupplyBook book, ClauseBook.Snapshot clauses, string economy, string mineral, DateTimeOffset instant) =>
        Score(book, clauses, economy, mineral, issuer => Economies.DayOf(issuer, instant), instant);

    /// <summary>For a day: the same day for every issuer, whatever hour it is anywhere.</summary>
    public static ScoredPair On(SupplyBook book, ClauseBook.Snapshot clauses, string economy, string mineral, DateOnly day) =>
        Score(book, clauses, economy, mineral, _ => day, new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero));

    private static ScoredPair Score(
        SupplyBook book, ClauseBook.Snapshot clauses, string economy, string mineral, Func<string, DateOnly> dayOf, DateTimeOffset asOf)
    {
        var observed = clauses.Signals.Of(mineral);
        var views = observed.Views(book, economy, mineral);
        var signals = observed.Of(economy, DateOnly.FromDateTime(asOf.UtcDateTime));
        var score = PairScorer.Score(economy, mineral, [.. views.Select(v => v.Supply)], clauses.Of(mineral), dayOf, signals.ForScoring, book.Method);
        return new ScoredPair(score, views, signals, book, asOf);
    }
}
