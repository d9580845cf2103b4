using System.Runtime.InteropServices;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>One economy's exports of one mineral (or of all) to one importer (or to all) stop in part: the smallest of scenarios.</summary>
/// <param name="Mineral">Null is every mineral; likewise <paramref name="Economy"/>.</param>
/// <param name="Part">0..1.</param>
internal sealed record ExportStop(string Supplier, string? Mineral, string? Economy, double Part);

/// <summary>
/// Many scenarios over many pairs at once. Everything that no scenario changes is laid out in arrays first; a score is then a few
/// multiplications, and nothing is allocated for it.
/// </summary>
internal sealed class ScenarioGrid
{
    /// <summary>More than there are codes in ISO 3166-1.</summary>
    private const int MostEconomies = 320;

    private readonly Row[] rows;
    private readonly Dictionary<string, int> economies = new(StringComparer.Ordinal);

    /// <param name="pairs">Every pair with its stages and what its clauses come to today; the index of a pair is its row in the results.</param>
    public ScenarioGrid(IReadOnlyList<PairScore> pairs, LiveMethod method)
    {
        Method = method;
        rows = [.. pairs.Select(RowOf)];
    }

    public LiveMethod Method { get; }
    public int Pairs => rows.Length;

    /// <summary>Fills <paramref name="scores"/>, pair by pair, each with the scores of all scenarios in their order.</summary>
    public void Score(IReadOnlyList<ExportStop> scenarios, float[] scores)
    {
        var compiled = new Compiled[scenarios.Count];
        for (var i = 0; i < compiled.Length; i++)
        {
            var s = scenarios[i];
            compiled[i] = new Compiled(economies.GetValueOrDefault(s.Supplier, -1), s.Mineral, s.Economy, s.Part);
        }

        Parallel.For(0, rows.Length, pair =>
        {
            var row = rows[pair];
            var line = scores.AsSpan(pair * compiled.Length, compiled.Length);
            for (var i = 0; i < line.Length; i++)
            {
                ref readonly var scenario = ref compiled[i];
                var applies = (scenario.Mineral is null || scenario.Mineral == row.Mineral) && (scenario.Economy is null || scenario.Economy == row.Economy);
                line[i] = applies ? (float)row.Score(scenario.Supplier, scenario.Part, Method) : row.Today;
            }
        });
    }

    private Row RowOf(PairScore pair)
    {
        var stages = pair.Stages.Select(s => new StageRow(s, IndexOf, Method)).ToArray();
        return new Row(pair.Economy, pair.Mineral, (float)(pair.Deciding?.Score ?? 0), stages);
    }

    private int IndexOf(string economy)
    {
        if (!economies.TryGetValue(economy, out var index)) economies[economy] = index = economies.Count;
        return index;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Compiled(int Supplier, string? Mineral, string? Economy, double Part);

    private sealed record Row(string Economy, string Mineral, float Today, StageRow[] Stages)
    {
        public double Score(int supplier, double part, LiveMethod method)
        {
            double largest = 0;
            foreach (var stage in Stages) largest = Math.Max(largest, stage.Score(supplier, part, method));
            return largest;
        }
    }

    /// <summary>A stage in arrays by supplier.</summary>
    private sealed class StageRow
    {
        private readonly short[] slots;
        private readonly double[] world, own, worldTerms, ownTerms, blended, severities;
        private readonly double hhiWorld, hhiOwn, reliance, filter, controls, trade, market;
        private readonly bool sourced;

        public StageRow(StageScore stage, Func<string, int> indexOf, LiveMethod method)
        {
            var supply = stage.Supply;
            var suppliers = supply.Suppliers;
            var indexes = suppliers.Select(s => indexOf(s.Economy)).ToArray();
            slots = new short[MostEconomies];
            slots.AsSpan().Fill(-1);
            for (var i = 0; i < indexes.Length; i++) slots[indexes[i]] = (short)i;
            world = [.. suppliers.Select(s => s.World.Value)];
            own = [.. suppliers.Select(s => s.Sourcing.Value)];
            worldTerms = [.. suppliers.Select(s => SupplyRisk.Term(s.World.Value, s.Governance.Value, s.Agreement))];
            ownTerms = [.. suppliers.Select(s => SupplyRisk.Term(s.Sourcing.Value, s.Governance.Value, s.Agreement))];
            blended = [.. suppliers.Select((_, i) => supply.Blended(i))];
            severities = [.. stage.Severities];
            (hhiWorld, hhiOwn) = (supply.HhiGlobal.Value, supply.HhiSourcing?.Value ?? 0);
            reliance = supply.Inputs.ImportReliance.Value;
            filter = (1 - supply.Inputs.RecyclingRate.Value) * supply.Inputs.Substitution.Value;
            sourced = supply.HhiSourcing is not null;
            controls = stage.Factors.Controls;
            (trade, market) = (stage.Factors.Trade ?? 0, stage.Factors.Market ?? 0);
        }

        public double Score(int supplier, double part, LiveMethod method)
        {
            var slot = supplier < 0 ? -1 : slots[supplier];
            if (slot < 0) return new FactorScores(Saturated(hhiWorld, hhiOwn), controls, trade, market).Score(method);
            var structure = Saturated(
                Without(hhiWorld, worldTerms[slot], world[slot], part, method), Without(hhiOwn, ownTerms[slot], own[slot], part, method));
            var severity = severities[slot];
            // A controlled supplier's fall is its severity, an uncontrolled one's is trade's: as PairScorer has it.
            return severity > 0
                ? new FactorScores(structure, Math.Min(1, controls + blended[slot] * Math.Max(0, part - severity)), trade, market).Score(method)
                : new FactorScores(structure, controls, Math.Min(1, Math.Max(trade, part * blended[slot])), market).Score(method);
        }

        /// <summary>HHI of what is left when part of one share is gone; the worst there is when nothing is left.</summary>
        private static double Without(double hhi, double term, double share, double part, LiveMethod method)
        {
            var left = 1 - part * share;
            return left > 1e-9 ? (hhi - term + term * (1 - part) * (1 - part)) / (left * left) : method.WorstGovernance;
        }

        private double Saturated(double global, double sourcing) =>
            SupplyRisk.Saturated((sourced ? global * reliance / 2 + sourcing * (1 - reliance / 2) : global) * filter);
    }
}
