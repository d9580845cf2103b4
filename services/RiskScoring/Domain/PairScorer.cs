using Chokepoint.Contracts;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>A clause that bears on a stage of a pair, and how hard it hits on the day.</summary>
/// <param name="Severity">Of the clause alone, 0..1, state and confidence included.</param>
/// <param name="Supply">Blended part Q of the supply that its issuer stands for; null where no source names the issuer, or says how much it makes.</param>
internal sealed record ControlEffect(ControlClause Clause, ClauseState State, double Severity, double? Supply);

/// <summary>One stage of a pair, at the point and at both ends of what is not known.</summary>
/// <param name="Severities">Of everything on each supplier together, 0..1, by index of the supply's suppliers.</param>
/// <param name="Priors">The same before any flow was looked at.</param>
internal sealed record StageScore(
    StageSupply Supply, FactorScores Factors, FactorScores Low, FactorScores High, double Score, double LowScore, double HighScore,
    IReadOnlyList<ControlEffect> Controls, IReadOnlyList<double> Severities, IReadOnlyList<double> Priors)
{
    public Stage Stage => Supply.Stage;

    /// <summary>Whether any measure counts on a supplier, in force or pending.</summary>
    public bool IsControlled(int supplier) => Priors[supplier] > 0;

    /// <summary>Whether a supplier's flow fell further than its measures' prior says.</summary>
    public bool IsObserved(int supplier) => Severities[supplier] > Priors[supplier];
}

/// <summary>A pair's score: the largest over its stages. No stage with producers is no data, never zero.</summary>
internal sealed record PairScore(string Economy, string Mineral, StageScore? Deciding, IReadOnlyList<StageScore> Stages)
{
    public double Low => Stages.Max(s => s.LowScore);
    public double High => Stages.Max(s => s.HighScore);
}

/// <summary>The live score of METHOD.md section 3: a pure function of supply, clauses, signals and the day.</summary>
internal static class PairScorer
{
    /// <param name="stages">The importer's supply at every stage that has producers.</param>
    /// <param name="clauses">Clauses that name the mineral; those that do not reach the economy are left out here.</param>
    /// <param name="dayOf">The day it is for an issuer.</param>
    public static PairScore Score(
        string economy, string mineral, IReadOnlyList<StageSupply> stages, IReadOnlyList<ControlClause> clauses, Func<string, DateOnly> dayOf,
        Signals signals, LiveMethod method)
    {
        var known = new List<(ControlClause Clause, ClauseState State)>();
        foreach (var clause in clauses)
        {
            if (clause.Reaches(economy) && clause.On(dayOf(clause.Issuer)) is { } state) known.Add((clause, state));
        }

        StageScore[] scores = [.. stages.Select(s => ScoreStage(s, known, signals, method))];
        return new PairScore(economy, mineral, scores.MaxBy(s => s.Score), scores);
    }

    private static StageScore ScoreStage(
        StageSupply supply, List<(ControlClause Clause, ClauseState State)> clauses, Signals signals, LiveMethod method)
    {
        var suppliers = supply.Suppliers;
        var bySupplier = new SupplierSeverity[suppliers.Count];
        var hidden = new SupplierSeverity();
        var effects = new List<ControlEffect>();
        foreach (var (clause, state) in clauses)
        {
            if (!clause.Touches(supply.Stage)) continue;
            var severity = Severity.Of(clause, state, method);
            var inForce = state.Status == ControlStatus.InForce;
            double? share = null;
            bool isNamed = false, mayBear = false;
            for (var i = 0; i < suppliers.Count; i++)
            {
                if (!suppliers[i].IsHitBy(clause.Issuer)) continue;
                bySupplier[i].Add(clause.EndUse, severity, inForce);
                isNamed = true;
                mayBear |= supply.BlendedBounds(i).High > 0;
                if (supply.Blended(i) > 0) share = (share ?? 0) + supply.Blended(i);
            }

            if (!isNamed)
            {
                hidden.Add(clause.EndUse, severity, inForce);
                mayBear = supply.HasResidual;
            }

            if (mayBear) effects.Add(new ControlEffect(clause, state, severity, share));
        }

        var priors = new double[suppliers.Count];
        for (var i = 0; i < priors.Length; i++) priors[i] = bySupplier[i].Combined(method);
        double[] severities = [.. priors];
        var trade = TradeAndObserved(supply, severities, signals.FallsAt(supply.Stage));
        var controls = supply.Controlled(severities, hidden.Combined(method));
        var market = signals.Market(method);
        var point = new FactorScores(supply.Structure.Value, controls.Value, trade?.Value, market);
        var low = new FactorScores(supply.Structure.Low, controls.Low, trade?.Low, market);
        var high = new FactorScores(supply.Structure.High, controls.High, trade?.High, market);
        return new StageScore(supply, point, low, high, point.Score(method), low.Score(method), high.Score(method), effects, severities, priors);
    }

    /// <summary>
    /// A controlled supplier's flow that fell further than its prior says raises its severity to the fall; trade is then the worst of the
    /// uncontrolled alone, so that nothing counts twice.
    /// </summary>
    /// <returns>Null where no supplier's flow is known.</returns>
    private static Bounds? TradeAndObserved(StageSupply supply, Span<double> severities, IReadOnlyDictionary<string, double>? falls)
    {
        if (falls is null) return null;
        var known = false;
        double worst = 0, low = 0, high = 0;
        for (var i = 0; i < severities.Length; i++)
        {
            if (!falls.TryGetValue(supply.Suppliers[i].Economy, out var fall)) continue;
            known = true;
            if (severities[i] > 0)
            {
                severities[i] = Math.Max(severities[i], fall);
                continue;
            }

            var part = supply.BlendedBounds(i);
            (worst, low, high) = (Math.Max(worst, fall * part.Value), Math.Max(low, fall * part.Low), Math.Max(high, fall * part.High));
        }

        return known ? new Bounds(Math.Min(1, worst), Math.Min(1, low), Math.Min(1, high)) : null;
    }
}
