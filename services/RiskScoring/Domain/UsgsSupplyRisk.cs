using System.Runtime.InteropServices;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>One producer as USGS 2021 sees it from an importer.</summary>
/// <param name="Share">Of world production, 0..1.</param>
/// <param name="Ability">ASI, 0..1: how unable it is to go on supplying.</param>
/// <param name="Willingness">WSI, 0..1: how unwilling it is to supply the importer.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct UsgsProducer(double Share, double Ability, double Willingness);

/// <summary>The supply risk of USGS Open-File Report 2021-1045 (METHOD.md section 2): SR = (DP·TE·EV)^⅓, 0..1; at risk from 0.40.</summary>
internal static class UsgsSupplyRisk
{
    public const double Threshold = 0.40;

    /// <summary>DP = Σ PS²·ASI·WSI over everybody but the importer.</summary>
    public static double DisruptionPotential(IEnumerable<UsgsProducer> others) => others.Sum(p => p.Share * p.Share * p.Ability * p.Willingness);

    /// <param name="tradeExposure">TE, the net import reliance, 0..1: USGS prints it, and not the quantities that it is made of.</param>
    public static double Of(double disruptionPotential, double tradeExposure, double economicVulnerability) =>
        Math.Cbrt(disruptionPotential * tradeExposure * economicVulnerability);
}
