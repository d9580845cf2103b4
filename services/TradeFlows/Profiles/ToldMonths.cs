using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>In which months a reporter's lists tell of one partner: by a flow, or by leaving it out where they come to nearly everything.</summary>
internal sealed class ToldMonths
{
    /// <summary>The part of the partner's usual month that partners who are not listed may have, for it to count as none where it is not listed.</summary>
    private const double MostUnlisted = 0.05;

    private readonly ReporterMonths _reported;
    private readonly HashSet<(string Hs, int Period)> _listed;
    private readonly double _little;

    /// <param name="flows">All that one source's reporter lists of the partner.</param>
    public ToldMonths(IReadOnlyCollection<(int Period, FlowFigure Figure)> flows, ReporterMonths reported)
    {
        _reported = reported;
        _listed = [.. flows.Select(f => (f.Figure.Hs, f.Period))];
        _little = MostUnlisted * flows.Sum(f => f.Figure.ValueUsd ?? 0) / flows.Select(f => f.Period).Distinct().Count();
        Codes = [.. flows.GroupBy(f => f.Figure.Hs, (hs, of) => (hs, of.Min(f => f.Period)), StringComparer.Ordinal)];
    }

    /// <summary>The codes of the partner's flows, each with the first month of one.</summary>
    public IReadOnlyList<(string Hs, int First)> Codes { get; }

    /// <summary>Under the code or, where a revision has others for its goods, under those.</summary>
    public bool Has(string hs, int period) => IsTold(hs, period) || TradedCodes.Predecessors(hs).Any(older => IsTold(older, period))
        || (TradedCodes.RetiredAs(hs) is { } retired && period >= retired.Since && retired.Successors.All(newer => IsTold(newer, period)));

    private bool IsTold(string hs, int period) => _listed.Contains((hs, period)) || _reported.LeavesAtMost(_little, hs, period);
}
