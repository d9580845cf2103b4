using System.ComponentModel.DataAnnotations;
using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Scenarios;

/// <summary>What if: clauses that were in force, supplies that were cut, prices that jumped. Empty lists of economies or minerals mean all.</summary>
/// <param name="On">The day it is played on, as <c>?on=</c> of a score; null is now.</param>
/// <param name="Issuer">Of the clauses that name none themselves.</param>
internal sealed record ScenarioRequest(
    IReadOnlyList<string>? Economies, IReadOnlyList<string>? Minerals, IReadOnlyList<ScenarioClause>? Clauses, IReadOnlyList<SupplyCut>? SupplyCuts,
    IReadOnlyList<PriceShock>? PriceShocks, string? Issuer, DateOnly? On)
{
    /// <summary>The minerals that it changes something for.</summary>
    public IEnumerable<string> TouchedMinerals()
    {
        var touched = (Clauses ?? []).SelectMany(c => c.ResolvedMinerals()).Concat((SupplyCuts ?? []).Select(c => c.Mineral!))
            .Concat((PriceShocks ?? []).Select(s => s.Mineral!)).Distinct(StringComparer.Ordinal);
        return Minerals is { Count: > 0 } named ? touched.Intersect(named, StringComparer.Ordinal) : touched;
    }

    public IEnumerable<string> TouchedEconomies() => Economies is { Count: > 0 } named ? named : ScoredEconomies.All;
}

/// <summary>As in a notice, with the issuer that a notice would name. Nothing but the measure and the goods need be given.</summary>
internal sealed record ScenarioClause(
    string? Issuer, string? Number, [property: Required] Measure? Measure, IReadOnlyList<string>? Minerals, IReadOnlyList<ScenarioItem>? Items,
    IReadOnlyList<string>? Destinations, IReadOnlyList<string>? ExcludedDestinations, EndUse? EndUse, DateOnly? EffectiveFrom, DateOnly? EffectiveUntil,
    IReadOnlyList<Stage>? Stages, ScenarioQuota? Quota)
{
    /// <summary>Slugs, groups resolved, and what the HS codes carry where no mineral is named.</summary>
    public IReadOnlyList<string> ResolvedMinerals() => Minerals is { Count: > 0 }
        ? [.. Minerals.SelectMany(m => Reference.Minerals.TryResolve(m, out var slugs) ? slugs : []).Distinct(StringComparer.Ordinal)]
        : [.. HsCodes().SelectMany(c => Reference.HsCodes.Of(c[..6])).Select(c => c.Mineral).Distinct(StringComparer.Ordinal)];

    public ControlClause ToClause(string issuer, DateOnly on)
    {
        var from = EffectiveFrom ?? on;
        var schedule = new List<ControlInterval>();
        if (from > on) schedule.Add(new ControlInterval(on, from.AddDays(-1), ControlStatus.Announced, StatusBasis.Notice));
        schedule.Add(new ControlInterval(from, EffectiveUntil, ControlStatus.InForce, StatusBasis.Notice));
        if (EffectiveUntil is { } until && until < DateOnly.MaxValue) schedule.Add(new ControlInterval(until.AddDays(1), null, ControlStatus.Expired, StatusBasis.Schedule));
        return new ControlClause(
            Guid.Empty, issuer, "scenario", Number ?? "1", Measure!.Value, ResolvedMinerals(), ResolvedStages(), Destinations, ExcludedDestinations ?? [], EndUse,
            Quota is { } q ? new QuotaTerms(q.Volume!.Value, q.Baseline, q.Unit ?? "t") : null, Confidence.Confirmed, schedule, [], 1, Guid.Empty, default);
    }

    private IReadOnlyList<Stage> ResolvedStages() => Stages is { Count: > 0 }
        ? Stages
        : [.. HsCodes().Select(Reference.HsCodes.StageOf).OfType<Stage>().Distinct()];

    /// <summary>Also asked while the request is being validated: a list may hold null, and a code be none.</summary>
    private IEnumerable<string> HsCodes() => (Items ?? []).OfType<ScenarioItem>().SelectMany(i => i.HsCodes ?? []).Where(c => c is { Length: >= 6 });
}

internal sealed record ScenarioItem(string? ControlCode, IReadOnlyList<string>? HsCodes, string? Description);

internal sealed record ScenarioQuota([property: Required] double? Volume, double? Baseline, string? Unit);

/// <summary>A supplier's exports of a mineral fall by a part, 0..1 (1 is all of it), at one stage or, with none given, at every stage.</summary>
internal sealed record SupplyCut([property: Required] string? Supplier, [property: Required] string? Mineral, Stage? Stage, [property: Required] double? Share);

/// <summary>
/// A price moves by so many percent within a month, on top of what it has done. Its z-score rises by the log return over the least spread
/// that the method takes, since a signal does not tell its series' own: the most that such a move can count.
/// </summary>
internal sealed record PriceShock([property: Required] string? Mineral, [property: Required] double? Percent);
