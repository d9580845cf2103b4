using System.Globalization;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Methods;
using Chokepoint.RiskScoring.Observed;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>Puts a score into words and figures: every point with the facts under it, and their sources.</summary>
internal static class Explanation
{
    /// <summary>The document without what depends on the revision before: version 0, no deltas, no causes.</summary>
    public static ScoreDocument Of(PairScore score, IReadOnlyList<StageView> views, PairSignals signals, SupplyBook book, DateTimeOffset asOf)
    {
        var method = book.Method;
        var published = PublishedMethods.Beside(score, views, book.Figures);
        if (score.Deciding is not { } deciding)
        {
            return new ScoreDocument(
                score.Economy, score.Mineral, null, null, null, null, ScoreStates.InsufficientData, null, 0, asOf, 0, method.Name, [],
                [.. FactorNames.All.Select(f => new AbsentFactor(f.NameOf(), method.WeightOf(f), "no producer shares for any stage"))], [], [], published, [], []);
        }

        var view = views.First(v => v.Supply == deciding.Supply);
        var points = Points.Of(deciding.Factors, method);
        var shown = Points.Tenths(deciding.Score) / 10.0;
        return new ScoreDocument(
            score.Economy, score.Mineral, deciding.Stage, shown, Outward(score.Low, score.High), method.LevelOf(shown), ScoreStates.Of(view, signals, asOf),
            BasisOf(deciding), Math.Round(deciding.Factors.Coverage(method), 4), asOf, 0, method.Name,
            [.. FactorNames.All.Where(f => deciding.Factors[f] is not null).Select(f => new Contribution(
                f.NameOf(), Math.Round(deciding.Factors[f]!.Value, 4), method.WeightOf(f), points[(int)f] / 10.0, EvidenceOf(f, deciding, view, signals, book)))],
            [.. FactorNames.All.Where(f => deciding.Factors[f] is null).Select(f => new AbsentFactor(f.NameOf(), method.WeightOf(f), WhyAbsent(f)))],
            [.. score.Stages.OrderByDescending(s => s.Score).Select(s => new StageLine(
                s.Stage, Points.Tenths(s.Score) / 10.0, Outward(s.LowScore, s.HighScore), BasisOf(s)))],
            [], published, [], [.. StageEvidence.Vintages(view.Sources, book.Figures), .. VintagesOf(signals, deciding)]);
    }

    /// <summary>Rounded away from the score, so that the interval shown still contains it.</summary>
    internal static Interval Outward(double low, double high) => new(Math.Floor(Math.Round(low * 10, 6)) / 10, Math.Ceiling(Math.Round(high * 10, 6)) / 10);

    private static string BasisOf(StageScore stage) => stage.Supply.Inputs.Basis == SupplyBasis.Sourced ? "sourced" : "global";

    private static IReadOnlyList<Evidence> EvidenceOf(Factor factor, StageScore stage, StageView view, PairSignals signals, SupplyBook book) => factor switch
    {
        Factor.Structure => StageEvidence.Of(view.Sources, book.Figures),
        Factor.Controls => [.. stage.Controls.Select(ControlEvidence), .. SignalWords.Of(signals, stage, controlled: true)],
        Factor.Trade => [.. SignalWords.Of(signals, stage, controlled: false)],
        _ => signals.Price is { } price ? [SignalWords.Of(price, book.Method)] : [],
    };

    private static string WhyAbsent(Factor factor) => factor == Factor.Trade
        ? "no supplier's monthly flow to this economy is known"
        : "no price series of this mineral with a year of months is known";

    private static IEnumerable<InputVintage> VintagesOf(PairSignals signals, StageScore stage)
    {
        if (signals.Price is { } price) yield return new InputVintage("price", $"{price.Source} ({price.AsOf:yyyy-MM-dd})");
        if (signals.Of(stage.Supply).MaxBy(f => f.Of.Through) is { } flow) yield return new InputVintage("flows", $"{flow.Of.Source} ({flow.Of.Period})");
    }

    private static Evidence ControlEvidence(ControlEffect effect)
    {
        var (clause, state) = (effect.Clause, effect.State);
        var measure = System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(clause.Measure.ToString());
        var next = state is { Status: not ControlStatus.InForce, InForceFrom: { } from } ? $", in force from {from:yyyy-MM-dd}" : "";
        var supply = effect.Supply is { } q ? $"{Math.Round(q * 100, 1).ToString(CultureInfo.InvariantCulture)} % of supply" : "part of supply not known";
        return new Evidence(
            "control",
            $"{clause.Label}: {measure} {ControlMove.Words(state.Status)} since {state.Since:yyyy-MM-dd}{next}; severity "
                + $"{Math.Round(effect.Severity, 3).ToString(CultureInfo.InvariantCulture)}, {supply}",
            clause.Issuer, Math.Round(effect.Severity, 4), clause.Sources.Count > 0 ? clause.Sources[0].Url : clause.Label, clause.DocumentNumber,
            clause.Confidence == Confidence.Unconfirmed ? "unconfirmed: counts half" : clause.EndUse is { } use ? $"{use.ToString().ToLowerInvariant()} end use only" : null);
    }
}

internal static class ScoreStates
{
    public const string Ok = "ok";
    public const string Stale = "stale";
    public const string InsufficientData = "insufficient_data";

    /// <summary>
    /// USGS and customs statistics appear every year, the EU's assessment every three, prices and flows every month; three times that
    /// without a new one is stale.
    /// </summary>
    public static string Of(StageView view, PairSignals signals, DateTimeOffset asOf)
    {
        if (signals.IsStale(view.Supply, DateOnly.FromDateTime(asOf.UtcDateTime))) return Stale;
        return IsOld(view.Producers, asOf.Year) || (view.Sourcing is { } sourcing && IsOld(sourcing, asOf.Year)) ? Stale : Ok;
    }

    private static bool IsOld(Reference.SupplyShares shares, int year)
    {
        var cadence = shares.Basis == Reference.SharesBasis.EuAnnex ? 3 : 1;
        return year - (EditionYear(shares.Vintage) ?? shares.Year) > 3 * cadence;
    }

    private static int? EditionYear(string vintage) =>
        vintage.Length >= 4 && int.TryParse(vintage.AsSpan(vintage.Length - 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year) ? year : null;
}
