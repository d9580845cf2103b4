using Chokepoint.Contracts;

namespace Chokepoint.Reference;

/// <summary>Where the shares come from: METHOD.md's sources in order, then what trade tells where they say nothing.</summary>
public enum SharesBasis
{
    /// <summary>Quantities of the newest USGS Mineral Commodity Summaries.</summary>
    Usgs,

    /// <summary>Shares of the European Commission's annex.</summary>
    EuAnnex,

    /// <summary>An importer's purchases, as its own customs reported them.</summary>
    TradeFlows,
}

/// <summary>One supplier's part of a whole.</summary>
/// <param name="Economy">ISO 3166-1 alpha-3.</param>
/// <param name="Share">0 to 1; 0 where the source withholds it, with <paramref name="High"/> then saying what it may be.</param>
/// <param name="Low">Least it can be, 0 to 1.</param>
/// <param name="High">Most it can be, 0 to 1.</param>
public sealed record SupplyShare(string Economy, double Share, double Low, double High, Figure Figure);

/// <summary>
/// Who makes, or who delivers, a mineral at a stage: shares of the sum of all that is known, or as printed where the source prints shares;
/// those named and the residual add up to 1.
/// </summary>
/// <param name="Shares">Largest first, ties by code. "Other countries" and world totals are never among them.</param>
/// <param name="Residual">Share of "Other countries", 0 to 1: of one producer or of many, nobody knows.</param>
/// <param name="Group">The group whose shares these are, for want of the mineral's own: to be flagged wherever shown. Null for its own.</param>
/// <param name="Withheld">Producers whose output the source withholds; not in the sum.</param>
/// <param name="WithheldUpTo">The most they can hold together, as a share of the sum; null where nothing bounds it.</param>
public sealed record SupplyShares(
    string Mineral,
    Stage Stage,
    SharesBasis Basis,
    IReadOnlyList<SupplyShare> Shares,
    double Residual,
    IReadOnlyList<Figure> Withheld,
    double? WithheldUpTo,
    int Year,
    string Vintage,
    string Source,
    string? Group,
    string? Note)
{
    /// <summary>
    /// Herfindahl-Hirschman index, 0 to 10,000: with the residual spread over very many, and with it as one producer.
    /// </summary>
    public (double Low, double High) Concentration
    {
        get
        {
            var named = 10_000 * Shares.Sum(s => s.Share * s.Share);
            return (named, named + (10_000 * Residual * Residual));
        }
    }

    public double ShareOf(string economy) => Shares.FirstOrDefault(s => s.Economy == economy)?.Share ?? 0;
}
