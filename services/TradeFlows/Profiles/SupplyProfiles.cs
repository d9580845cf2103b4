using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>Takes a profile from what several sources reported, without ever mixing them.</summary>
internal static class SupplyProfiles
{
    /// <summary>From the source of the lowest rank that has one; null when none has.</summary>
    public static (SupplyProfile Profile, string Source)? BySource(
        string importer, int period, ProfileCodeSet set, IReadOnlyCollection<ReportedFlow> flows, IReadOnlyList<FlowOrigin> sources)
    {
        foreach (var source in sources)
        {
            var figures = flows.Where(f => f.Source == source.Id && set.Codes.Any(c => c.Hs6 == f.Figure.Hs)).Select(f => f.Figure).ToList();
            if (figures.Count > 0 && SupplyProfile.Of(importer, period, set, figures) is { } profile) return (profile, source.Name);
        }
        return null;
    }
}
