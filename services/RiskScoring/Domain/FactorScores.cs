using System.Runtime.InteropServices;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>The four factors of one stage, each 0..1; trade and market are null without data, which is not the same as zero.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FactorScores(double Structure, double Controls, double? Trade, double? Market)
{
    public double? this[Factor factor] => factor switch
    {
        Factor.Structure => Structure,
        Factor.Controls => Controls,
        Factor.Trade => Trade,
        _ => Market,
    };

    /// <summary>L_k = −ln(1 − w_k·x_k): how much a factor adds, in a measure that adds up.</summary>
    public double Log(Factor factor, LiveMethod method) => -Math.Log(1 - method.WeightOf(factor) * (this[factor] ?? 0));

    /// <summary>u = Π(1 − w_k·x_k) = e^−ΣL.</summary>
    public double Unharmed(LiveMethod method) =>
        (1 - method.StructureWeight * Structure) * (1 - method.ControlsWeight * Controls)
        * (1 - method.TradeWeight * (Trade ?? 0)) * (1 - method.MarketWeight * (Market ?? 0));

    /// <summary>100·(1 − e^−ΣL), 0..100.</summary>
    public double Score(LiveMethod method) => 100 * (1 - Unharmed(method));

    /// <summary>The weight of the factors that have data over the weight of all.</summary>
    public double Coverage(LiveMethod method)
    {
        double present = 0, all = 0;
        foreach (var factor in FactorNames.All)
        {
            all += method.WeightOf(factor);
            if (this[factor] is not null) present += method.WeightOf(factor);
        }

        return present / all;
    }
}
