namespace Chokepoint.TradeFlows.Domain;

/// <summary>A month's flow, in kilograms; months without a report are not in the series, and are not zero.</summary>
internal sealed record MonthlyFlow(int Period, double NetKg);

/// <summary>A flow that fell out of its own noise, in the month it did.</summary>
/// <param name="BaselineKg">Median of the 12 months before, frozen until the flow is back.</param>
/// <param name="Fall">1 − flow/baseline, 0..1.</param>
/// <param name="RecoveredIn">First month with 80 % of the baseline again; null while it is not.</param>
internal sealed record Collapse(int Period, double NetKg, double BaselineKg, double Fall, int? RecoveredIn);

/// <summary>
/// Finds collapses in a monthly flow (METHOD.md section 3, factor trade): against the median of the 12 months before, beyond the
/// series' own noise, the median frozen at a break until 80 % of it is back.
/// </summary>
internal static class CollapseFinder
{
    private const int BaselineMonths = 12;
    private const int NoiseMonths = 36;
    private const double MadScale = 1.4826;

    /// <summary>Deviations below the usual distance from the median that count as out of the noise.</summary>
    private const double Beyond = 3;

    /// <summary>A fall by less than half is no collapse, however quiet the series was: the month of the Lunar New Year does as much.</summary>
    private const double SmallestFall = 0.5;

    private const double Back = 0.8;

    /// <param name="months">In order; gaps are allowed.</param>
    public static IReadOnlyList<Collapse> In(IReadOnlyList<MonthlyFlow> months)
    {
        var found = new List<Collapse>();
        var distances = new List<double>();
        Collapse? open = null;
        for (var i = 0; i < months.Count; i++)
        {
            if (open is not null)
            {
                if (months[i].NetKg < Back * open.BaselineKg) continue; // still down: not its noise, and no second collapse
                found.Add(open with { RecoveredIn = months[i].Period });
                open = null;
            }
            var before = months.Take(i).Where(m => MonthsBetween(m.Period, months[i].Period) <= BaselineMonths).Select(m => m.NetKg).ToList();
            if (before.Count < BaselineMonths) continue;
            var baseline = Median(before);
            if (baseline <= 0) continue;
            var distance = Math.Log(Math.Max(months[i].NetKg, baseline * 1e-6) / baseline);
            if (months[i].NetKg <= (1 - SmallestFall) * baseline && IsOutOfNoise(distance, distances))
                open = new Collapse(months[i].Period, months[i].NetKg, baseline, 1 - months[i].NetKg / baseline, null);
            else
                distances.Add(distance);
        }
        if (open is not null) found.Add(open);
        return found;
    }

    private static bool IsOutOfNoise(double distance, List<double> distances)
    {
        var past = distances.TakeLast(NoiseMonths).ToList();
        if (past.Count < BaselineMonths) return false; // two years in all, before anything is called unusual
        var median = Median(past);
        return distance < median - Beyond * MadScale * Median([.. past.Select(d => Math.Abs(d - median))]);
    }

    private static int MonthsBetween(int earlier, int later) => (later / 100 - earlier / 100) * 12 + later % 100 - earlier % 100;

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
