namespace Chokepoint.Contracts;

/// <summary>One supplier's part of an importer's purchases, 0..1, by the quantity or value that <see cref="SupplyProfileChanged.Basis"/> names.</summary>
public sealed record SupplierShare(string Supplier, double Share);

/// <summary>A clause of a control notice that came into force in the month of a break or in the half year before it: it may explain the fall, no more.</summary>
public sealed record ExplainingMeasure(string Issuer, string DocumentNumber, string Clause, Measure Measure, DateOnly InForceSince);

/// <summary>
/// What a supplier shipped to the importer in the month that is the profile's <see cref="SupplyProfileChanged.Period"/>, beside the same
/// flow's own past (METHOD.md section 3, factor trade). Whoever can be held against a past is listed, fallen or not.
/// </summary>
/// <param name="NetKg">Kilograms in the month.</param>
/// <param name="BaselineKg">Median of the twelve months before; frozen at a break until 80 % of it is back.</param>
/// <param name="Fall">1 − month/baseline, 0..1, from the month the flow falls out of its own noise until it is back; else 0.</param>
/// <param name="Since">The month of the break, <c>2023-12</c>; null without one.</param>
/// <param name="Measures">What may explain the break, the latest first; empty when nothing known does, null without a break.</param>
public sealed record SupplierFlow(
    string Supplier, double NetKg, double BaselineKg, double Fall, string? Since, IReadOnlyList<ExplainingMeasure>? Measures = null);

/// <summary>Who supplies an importer with a mineral changed. Published by TradeFlows; the aggregate is (importer, mineral, period).</summary>
public sealed record SupplyProfileChanged : IPlatformEvent
{
    public required Guid EventId { get; init; }
    public required long Version { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>ISO 3166-1 alpha-3, or <c>EU27</c>.</summary>
    public required string Importer { get; init; }

    public required string Mineral { get; init; }

    /// <summary>Where in the mineral's chain the codes stand: ore and metal are bought from different suppliers.</summary>
    public Stage? Stage { get; init; }

    /// <summary><c>2023</c> or <c>2023-11</c>.</summary>
    public required string Period { get; init; }

    public required IReadOnlyList<SupplierShare> Suppliers { get; init; }

    /// <summary>Herfindahl-Hirschman index, 0..10,000, of the known suppliers.</summary>
    public required double Hhi { get; init; }

    /// <summary>The same with the part of no named supplier spread thin.</summary>
    public required double HhiLow { get; init; }

    /// <summary>The same with the part of no named supplier taken as one supplier.</summary>
    public required double HhiHigh { get; init; }

    /// <summary>Net weight in kilograms where reported.</summary>
    public double? VolumeKg { get; init; }

    /// <summary>Current US dollars, as customs reported them; null where they did not.</summary>
    public double? ValueUsd { get; init; }

    /// <summary><c>netWeight</c> or <c>value</c>: what the shares are shares of.</summary>
    public required string Basis { get; init; }

    public required IReadOnlyList<string> HsCodes { get; init; }

    /// <summary>True when a code pools several minerals (HS 811292): such a profile is never one mineral's own flow.</summary>
    public required bool IsBasket { get; init; }

    /// <summary>True when a supplier's flow fell out of its own noise.</summary>
    public required bool Collapse { get; init; }

    /// <summary>Of a month, for codes that carry the mineral alone; null where no supplier has a past to be held against.</summary>
    public IReadOnlyList<SupplierFlow>? Flows { get; init; }

    public required string Source { get; init; }
    public bool Silent { get; init; }
}
