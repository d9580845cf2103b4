using System.Runtime.InteropServices;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>The exports of one economy, or of a customs union's members, of one mineral (or of all) to one importer (or to all) stop in part: the smallest of scenarios.</summary>
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
            int[] suppliers = [.. Supplier.NamedBy(s.Supplier).Where(economies.ContainsKey).Select(e => economies[e])];
            compiled[i] = new Compiled(suppliers, s.Mineral, s.Economy, s.Part);
        }

        Parallel.For(0, rows.Length, pair =>
        {
            var row = rows[pair];
            var line = scores.AsSpan(pair * compiled.Length, compiled.Length);
            for (var i = 0; i < line.Length; i++)
            {
                ref readonly var scenario = ref compiled[i];
                var applies = (scenario.Mineral is null || scenario.Mineral == row.Mineral) && (scenario.Economy is null || scenario.Economy == row.Economy);
                line[i] = applies ? (float)row.Score(scenario.Suppliers, scenario.Part, Method) : row.Today;
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
    private readonly record struct Compiled(int[] Suppliers, string? Mineral, string? Economy, double Part);

    private sealed record Row(string Economy, string Mineral, float Today, StageRow[] Stages)
    {
        public double Score(int[] suppliers, double part, LiveMethod method)
        {
            double largest = 0;
            foreach (var stage in Stages) largest = Math.Max(largest, stage.Score(suppliers, part, method));
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

        public double Score(int[] suppliers, double part, LiveMethod method)
        {
            var (worldLeft, ownLeft) = (new Left(hhiWorld), new Left(hhiOwn));
            var (controlled, fallen) = (controls, trade);
            foreach (var supplier in suppliers)
            {
                var slot = slots[supplier];
                if (slot < 0) continue;
                worldLeft.Cut(worldTerms[slot], world[slot], part);
                ownLeft.Cut(ownTerms[slot], own[slot], part);
                // A controlled supplier's fall is its severity, an uncontrolled one's is trade's: as PairScorer has it.
                if (severities[slot] > 0) controlled += blended[slot] * Math.Max(0, part - severities[slot]);
                else fallen = Math.Max(fallen, part * blended[slot]);
            }

            return new FactorScores(Saturated(worldLeft.Hhi(method), ownLeft.Hhi(method)), Math.Min(1, controlled), Math.Min(1, fallen), market).Score(method);
        }

        private double Saturated(double global, double sourcing) =>
            SupplyRisk.Saturated((sourced ? global * reliance / 2 + sourcing * (1 - reliance / 2) : global) * filter);
    }

    /// <summary>What is left of a supply when part of some shares is gone.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Left(double sum)
    {
        private double sum = sum;
        private double share = 1;

        public void Cut(double term, double supplied, double part)
        {
            sum += term * ((1 - part) * (1 - part) - 1);
            share -= part * supplied;
        }

        /// <summary>Its concentration; the worst there is when nothing is left.</summary>
        public readonly double Hhi(LiveMethod method) => share > 1e-9 ? sum / (share * share) : method.WorstGovernance;
    }
}
