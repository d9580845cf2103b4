using Chokepoint.Contracts;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>Whether a blend knows the importer's own suppliers, or world output alone.</summary>
internal enum SupplyBasis
{
    Sourced,
    Global,
}

/// <summary>What is recorded about one importer's supply of one mineral at one stage, its own output left out: it is never its own risk.</summary>
internal sealed record StageInputs(
    string Economy, string Mineral, Stage Stage, SupplyBasis Basis, IReadOnlyList<Supplier> Suppliers, double WorldResidual, double SourcingResidual,
    Bounds ImportReliance, Bounds RecyclingRate, Bounds Substitution);

/// <summary>
/// The part of a score that only new figures change, computed once: structure, and each supplier's blended part Q of the supply
/// (METHOD.md section 3). Scoring a control or a scenario on top of it allocates nothing.
/// </summary>
internal sealed class StageSupply
{
    private readonly double[] blended;

    public StageSupply(StageInputs inputs, LiveMethod method)
        : this(
            inputs, [.. inputs.Suppliers.Select(s => Blend(s, inputs))], Hhi(inputs, s => s.World, inputs.WorldResidual, method),
            inputs.Basis == SupplyBasis.Sourced ? Hhi(inputs, s => s.Sourcing, inputs.SourcingResidual, method) : null)
    {
    }

    private StageSupply(StageInputs inputs, double[] blended, Bounds hhiGlobal, Bounds? hhiSourcing)
    {
        (Inputs, this.blended, HhiGlobal, HhiSourcing) = (inputs, blended, hhiGlobal, hhiSourcing);
        SupplyRisk = Domain.SupplyRisk.Of(hhiGlobal, hhiSourcing, inputs.ImportReliance, inputs.RecyclingRate, inputs.Substitution);
        Structure = new Bounds(
            Domain.SupplyRisk.Saturated(SupplyRisk.Value), Domain.SupplyRisk.Saturated(SupplyRisk.Low), Domain.SupplyRisk.Saturated(SupplyRisk.High));
    }

    public StageInputs Inputs { get; }
    public Stage Stage => Inputs.Stage;
    public IReadOnlyList<Supplier> Suppliers => Inputs.Suppliers;
    public Bounds HhiGlobal { get; }
    public Bounds? HhiSourcing { get; }

    /// <summary>SR₀: the EU's supply risk with trade factors from agreements only.</summary>
    public Bounds SupplyRisk { get; }

    public Bounds Structure { get; }

    /// <summary>True when part of the supply is nobody's by name.</summary>
    public bool HasResidual => Inputs.WorldResidual > 0 || Inputs.SourcingResidual > 0;

    /// <summary>Q of the supplier at an index of <see cref="Suppliers"/>.</summary>
    public double Blended(int supplier) => blended[supplier];

    /// <summary>The same, between world output alone and own sourcing alone.</summary>
    public Bounds BlendedBounds(int supplier)
    {
        var (q, world, own) = (blended[supplier], Suppliers[supplier].World * Inputs.ImportReliance, Suppliers[supplier].Sourcing);
        return Inputs.Basis == SupplyBasis.Sourced
            ? new Bounds(q, Math.Min(q, Math.Min(world.Low, own.Low)), Math.Max(q, Math.Max(world.High, own.High)))
            : new Bounds(q, Math.Min(q, world.Low), Math.Max(q, world.High));
    }

    /// <summary>Σ Q·severity, between world output alone and own sourcing alone.</summary>
    /// <param name="severities">0..1 by index of <see cref="Suppliers"/>.</param>
    /// <param name="hidden">Severity on issuers that no source names as a supplier, who may stand among the rest.</param>
    public Bounds Controlled(ReadOnlySpan<double> severities, double hidden)
    {
        double point = 0, worldLow = 0, worldHigh = 0, ownLow = 0, ownHigh = 0;
        for (var i = 0; i < severities.Length; i++)
        {
            var severity = severities[i];
            if (severity <= 0) continue;
            var supplier = Suppliers[i];
            point += blended[i] * severity;
            worldLow += supplier.World.Low * severity;
            worldHigh += supplier.World.High * severity;
            ownLow += supplier.Sourcing.Low * severity;
            ownHigh += supplier.Sourcing.High * severity;
        }

        worldLow *= Inputs.ImportReliance.Low;
        worldHigh = (worldHigh + hidden * Inputs.WorldResidual) * Inputs.ImportReliance.High;
        ownHigh += hidden * Inputs.SourcingResidual;
        point = Math.Min(1, point);
        var (low, high) = Inputs.Basis == SupplyBasis.Sourced ? (Math.Min(worldLow, ownLow), Math.Max(worldHigh, ownHigh)) : (worldLow, worldHigh);
        return new Bounds(point, Math.Min(point, low), Math.Min(1, Math.Max(point, high)));
    }

    /// <summary>
    /// The supply after cuts, by supplier index and part cut: shares are of what is left, while Q stays that of the supply that was, since
    /// it is that which falls short (METHOD.md section 4).
    /// </summary>
    public StageSupply After(IReadOnlyList<(int Supplier, double Part)> cuts, LiveMethod method)
    {
        var suppliers = Inputs.Suppliers.ToArray();
        foreach (var (index, part) in cuts)
        {
            var left = Bounds.Exactly(1 - part);
            suppliers[index] = suppliers[index] with { World = suppliers[index].World * left, Sourcing = suppliers[index].Sourcing * left };
        }

        var world = 1 - cuts.Sum(c => c.Part * Inputs.Suppliers[c.Supplier].World.Value);
        var own = 1 - cuts.Sum(c => c.Part * Inputs.Suppliers[c.Supplier].Sourcing.Value);
        for (var i = 0; i < suppliers.Length; i++)
        {
            suppliers[i] = suppliers[i] with { World = Of(suppliers[i].World, world), Sourcing = Of(suppliers[i].Sourcing, own) };
        }

        var after = Inputs with
        {
            Suppliers = suppliers, WorldResidual = Part(Inputs.WorldResidual, world), SourcingResidual = Part(Inputs.SourcingResidual, own),
        };
        return new StageSupply(
            Inputs, blended, Left(world, s => s.World, after.WorldResidual),
            Inputs.Basis == SupplyBasis.Sourced ? Left(own, s => s.Sourcing, after.SourcingResidual) : null);

        // With nothing left there is no concentration to take: the worst there is stands for it.
        Bounds Left(double left, Func<Supplier, Bounds> share, double residual) =>
            left > 1e-9 ? Hhi(after, share, residual, method) : Bounds.Exactly(method.WorstGovernance);
        static double Part(double share, double left) => left > 1e-9 ? Math.Min(1, share / left) : 0;
        static Bounds Of(Bounds share, double left) => new(Part(share.Value, left), Part(share.Low, left), Part(share.High, left));
    }

    private static double Blend(Supplier supplier, StageInputs inputs) => inputs.Basis == SupplyBasis.Sourced
        ? inputs.ImportReliance.Value / 2 * supplier.World.Value + (1 - inputs.ImportReliance.Value / 2) * supplier.Sourcing.Value
        : inputs.ImportReliance.Value * supplier.World.Value;

    private static Bounds Hhi(StageInputs inputs, Func<Supplier, Bounds> share, double residual, LiveMethod method)
    {
        var sum = new Bounds(0, 0, residual * residual * method.WorstGovernance);
        foreach (var supplier in inputs.Suppliers)
        {
            var (s, g, t) = (share(supplier), supplier.Governance, supplier.Agreement);
            sum += new Bounds(Domain.SupplyRisk.Term(s.Value, g.Value, t), Domain.SupplyRisk.Term(s.Low, g.Low, t), Domain.SupplyRisk.Term(s.High, g.High, t));
        }

        return sum;
    }
}
