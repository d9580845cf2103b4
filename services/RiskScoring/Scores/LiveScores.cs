using System.Security.Cryptography;
using System.Text;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Facts;
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

/// <summary>Everything that a pair's live score is made of; a scenario changes some of it and scores again.</summary>
/// <param name="DayOf">The day it is for an issuer.</param>
internal sealed record PairInputs(
    string Economy, string Mineral, IReadOnlyList<StageView> Views, IReadOnlyList<ControlClause> Clauses, PairSignals Signals, Func<string, DateOnly> DayOf)
{
    public IReadOnlyList<StageSupply> Stages { get; } = [.. Views.Select(v => v.Supply)];

    public PairScore Score(LiveMethod method) => PairScorer.Score(Economy, Mineral, Stages, Clauses, DayOf, Signals.ForScoring, method);
}

internal static class LiveScores
{
    /// <summary>At an instant: each issuer's clauses on the day it is there.</summary>
    public static ScoredPair At(SupplyBook book, FactBook.Snapshot known, string economy, string mineral, DateTimeOffset instant) =>
        Score(book, InputsAt(book, known, economy, mineral, instant), instant);

    /// <summary>For a day: the same day for every issuer, whatever hour it is anywhere.</summary>
    public static ScoredPair On(SupplyBook book, FactBook.Snapshot known, string economy, string mineral, DateOnly day) =>
        Score(book, InputsOn(book, known, economy, mineral, day), new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero));

    /// <summary>What <see cref="At"/> scores.</summary>
    public static PairInputs InputsAt(SupplyBook book, FactBook.Snapshot known, string economy, string mineral, DateTimeOffset instant) =>
        Inputs(book, known, economy, mineral, issuer => Economies.DayOf(issuer, instant), DateOnly.FromDateTime(instant.UtcDateTime));

    /// <summary>What <see cref="On"/> scores.</summary>
    public static PairInputs InputsOn(SupplyBook book, FactBook.Snapshot known, string economy, string mineral, DateOnly day) =>
        Inputs(book, known, economy, mineral, _ => day, day);

    private static PairInputs Inputs(
        SupplyBook book, FactBook.Snapshot known, string economy, string mineral, Func<string, DateOnly> dayOf, DateOnly day)
    {
        var observed = known.Signals.Of(mineral);
        return new PairInputs(economy, mineral, observed.Views(book, economy, mineral), known.Of(mineral), observed.Of(economy, day), dayOf);
    }

    private static ScoredPair Score(SupplyBook book, PairInputs inputs, DateTimeOffset asOf) =>
        new(inputs.Score(book.Method), inputs.Views, inputs.Signals, book, asOf);
}
