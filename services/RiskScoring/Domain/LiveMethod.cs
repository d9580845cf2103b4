using System.Collections.Frozen;
using Chokepoint.Contracts;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>
/// Every number that <c>live-1</c> chooses (METHOD.md section 3), shown by <c>GET /api/risk/methods</c>. Changing one is a new method
/// with a new name; scores made before keep theirs.
/// </summary>
internal sealed record LiveMethod
{
    public static LiveMethod Live1 { get; } = new();

    public string Name { get; init; } = "live-1";
    public double StructureWeight { get; init; } = 0.60;
    public double ControlsWeight { get; init; } = 0.80;
    public double TradeWeight { get; init; } = 0.35;
    public double MarketWeight { get; init; } = 0.25;

    /// <summary>The score from which each level holds.</summary>
    public double ModerateFrom { get; init; } = 25;

    public double HighFrom { get; init; } = 50;
    public double SevereFrom { get; init; } = 75;

    /// <summary>Part of demand that is military, where nothing says otherwise; the rest is civil.</summary>
    public double MilitaryShare { get; init; } = 0.1;

    /// <summary>What remains of the severity of a measure that only one secondary source reports.</summary>
    public double UnconfirmedPart { get; init; } = 0.5;

    /// <summary>A pending measure counts as near from this many days before it acts.</summary>
    public int NearDays { get; init; } = 90;

    public double AnnouncedNearPart { get; init; } = 0.5;
    public double SuspendedPart { get; init; } = 0.25;
    public double SuspendedNearPart { get; init; } = 0.5;

    /// <summary>A price's robust z-score counts from the first, in full at the first plus the second.</summary>
    public double MarketFromZ { get; init; } = 2;

    public double MarketRangeZ { get; init; } = 6;

    /// <summary>A scenario's price shock names no series: its log return counts as so many z-scores of one whose returns have this spread.</summary>
    public double ScenarioSpread { get; init; } = 0.05;

    /// <summary>Governance of a producer nobody names lies somewhere on the whole scale: 0 best, 10 worst.</summary>
    public double WorstGovernance { get; init; } = 10;

    /// <summary>A prior, to be calibrated against what trade did after each notice. A quota of known volume has its own (see <see cref="Severity"/>).</summary>
    public FrozenDictionary<Measure, double> Severities { get; init; } = new Dictionary<Measure, double>
    {
        [Measure.Prohibition] = 0.95,
        [Measure.Suspension] = 0.95,
        [Measure.CustomsBlockage] = 0.80,
        [Measure.Quota] = 0.70,
        [Measure.Tax] = 0.50,
        [Measure.MinimumPrice] = 0.35,
        [Measure.Licensing] = 0.25,
        [Measure.StateTrading] = 0.15,
        [Measure.Technology] = 0.15,
        [Measure.EntityListing] = 0.10,
        [Measure.Statement] = 0,
    }.ToFrozenDictionary();

    public RiskLevel LevelOf(double score) =>
        score < ModerateFrom ? RiskLevel.Low : score < HighFrom ? RiskLevel.Moderate : score < SevereFrom ? RiskLevel.High : RiskLevel.Severe;

    public double WeightOf(Factor factor) => factor switch
    {
        Factor.Structure => StructureWeight,
        Factor.Controls => ControlsWeight,
        Factor.Trade => TradeWeight,
        _ => MarketWeight,
    };
}

/// <summary>The four things a live score is made of.</summary>
internal enum Factor
{
    Structure,
    Controls,
    Trade,
    Market,
}

internal static class FactorNames
{
    public static IReadOnlyList<Factor> All { get; } = [Factor.Structure, Factor.Controls, Factor.Trade, Factor.Market];

    public static string NameOf(this Factor factor) => factor switch
    {
        Factor.Structure => "structure",
        Factor.Controls => "controls",
        Factor.Trade => "trade",
        _ => "market",
    };
}
