using Chokepoint.Reference;
using Chokepoint.RiskScoring.Controls;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>A pair's score from what is recorded, at an instant or for a whole day.</summary>
internal sealed record ScoredPair(PairScore Score, ScoreDocument Document)
{
    public IReadOnlyList<ControlMark> Controls { get; } = Score.Deciding is { } d ? [.. d.Controls.Select(ControlMark.Of)] : [];
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
        var views = book.Of(economy, mineral);
        var score = PairScorer.Score(economy, mineral, [.. views.Select(v => v.Supply)], clauses.Of(mineral), dayOf, Signals.None, book.Method);
        return new ScoredPair(score, Explanation.Of(score, views, book, asOf));
    }
}
