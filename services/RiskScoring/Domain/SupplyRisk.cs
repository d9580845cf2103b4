namespace Chokepoint.RiskScoring.Domain;

/// <summary>The European Commission's supply risk (2017 method, used 2017, 2020 and 2023; METHOD.md section 1).</summary>
internal static class SupplyRisk
{
    /// <summary>One supplier's part of HHI: S²·WGI·t.</summary>
    /// <param name="share">0..1.</param>
    /// <param name="governance">0 best to 10 worst.</param>
    /// <param name="trade">0.8 for partners, 1.0 neutral, up to 1.5 for export restrictions.</param>
    public static double Term(double share, double governance, double trade) => share * share * governance * trade;

    /// <summary>
    /// SR = [HHI_GS·IR/2 + HHI_EU·(1 − IR/2)]·(1 − EoL_RIR)·SI_SR; a leg that is missing leaves the other its full weight.
    /// </summary>
    /// <returns>Null when both legs are missing.</returns>
    public static double? Of(double? hhiGlobal, double? hhiSourcing, double importReliance, double recyclingRate, double substitution)
    {
        var concentration = (hhiGlobal, hhiSourcing) switch
        {
            ({ } global, { } sourcing) => global * importReliance / 2 + sourcing * (1 - importReliance / 2),
            ({ } global, null) => global,
            (null, { } sourcing) => sourcing,
            _ => (double?)null,
        };
        return concentration * (1 - recyclingRate) * substitution;
    }

    /// <summary>SR at both ends of its inputs; linear in import reliance, so its ends are the range's ends.</summary>
    public static Bounds Of(Bounds hhiGlobal, Bounds? hhiSourcing, Bounds importReliance, Bounds recyclingRate, Bounds substitution)
    {
        var filter = recyclingRate.Complement() * substitution;
        var atLeast = At(importReliance.Low);
        var atMost = At(importReliance.High);
        return new Bounds(At(importReliance.Value).Value, Math.Min(atLeast.Low, atMost.Low), Math.Max(atLeast.High, atMost.High)) * filter;

        Bounds At(double reliance) => hhiSourcing is { } sourcing
            ? hhiGlobal * Bounds.Exactly(reliance / 2) + sourcing * Bounds.Exactly(1 - reliance / 2)
            : hhiGlobal;
    }

    /// <summary>0..1, one half at the EU's threshold SR = 1.</summary>
    public static double Saturated(double supplyRisk) => supplyRisk / (1 + supplyRisk);
}
