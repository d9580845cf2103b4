namespace Chokepoint.TradeFlows.Domain;

/// <summary>A month's flow, in kilograms; months without a report are not in the series, and are not zero.</summary>
internal sealed record MonthlyFlow(int Period, double NetKg);

/// <summary>A flow that fell out of its own noise, in the month it did.</summary>
/// <param name="BaselineKg">Median of the 12 months before, frozen until the flow is back.</param>
/// <param name="Fall">1 − flow/baseline, 0..1.</param>
/// <param name="RecoveredIn">First month with 80 % of the baseline again; null while it is not.</param>
internal sealed record Collapse(int Period, double NetKg, double BaselineKg, double Fall, int? RecoveredIn);

/// <summary>A month's flow beside its own past.</summary>
/// <param name="Fall">1 − flow/baseline, 0..1, while the flow is down; else 0.</param>
/// <param name="Since">The month of the break while the flow is down; else null.</param>
/// <param name="Recovered">The flow is back in this month.</param>
internal sealed record FlowReading(int Period, double NetKg, double BaselineKg, double Fall, int? Since, bool Recovered);

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

    /// <summary>
    /// Every month that has a past to be held against: twelve months before it, whose median is not zero, or from a break on the median
    /// before it, until the flow is back and has a median of its own again.
    /// </summary>
    /// <param name="months">In order; gaps are allowed.</param>
    public static IReadOnlyList<FlowReading> Read(IReadOnlyList<MonthlyFlow> months)
    {
        var readings = new List<FlowReading>();
        var distances = new List<double>();
        FlowReading? open = null;
        double? frozen = null;
        for (var i = 0; i < months.Count; i++)
        {
            var (period, netKg) = months[i];
            if (open is not null && netKg < Back * open.BaselineKg)
            {
                // Still down: not its noise, and no second collapse.
                readings.Add(new FlowReading(period, netKg, open.BaselineKg, 1 - netKg / open.BaselineKg, open.Since, Recovered: false));
                continue;
            }
            var recovered = open is not null;
            open = null;
            double? own = BaselineOf(months, i) is > 0 and var median ? median : null;
            if (own is not null) frozen = null;
            if ((own ?? frozen) is not { } baseline) continue;
            var distance = Math.Log(Math.Max(netKg, baseline * 1e-6) / baseline);
            if (netKg <= (1 - SmallestFall) * baseline && IsOutOfNoise(distance, distances))
            {
                open = new FlowReading(period, netKg, baseline, 1 - netKg / baseline, period, recovered);
                frozen = baseline;
                readings.Add(open);
                continue;
            }
            distances.Add(distance);
            readings.Add(new FlowReading(period, netKg, baseline, 0, null, recovered));
        }
        return readings;
    }

    public static IReadOnlyList<Collapse> In(IReadOnlyList<MonthlyFlow> months)
    {
        var found = new List<Collapse>();
        foreach (var reading in Read(months))
        {
            if (reading.Recovered && found.Count > 0) found[^1] = found[^1] with { RecoveredIn = reading.Period };
            if (reading.Since == reading.Period) found.Add(new Collapse(reading.Period, reading.NetKg, reading.BaselineKg, reading.Fall, null));
        }
        return found;
    }

    private static double? BaselineOf(IReadOnlyList<MonthlyFlow> months, int at)
    {
        var before = new List<double>(BaselineMonths);
        for (var i = at - 1; i >= 0 && MonthsBetween(months[i].Period, months[at].Period) <= BaselineMonths; i--) before.Add(months[i].NetKg);
        return before.Count < BaselineMonths ? null : Median(before);
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
