namespace Chokepoint.RiskScoring.Domain;

/// <summary>Divides a score, and a change of one, over its factors so that the parts shown add up to the whole shown.</summary>
internal static class Points
{
    /// <summary>A score as shown, in tenths of a point.</summary>
    public static int Tenths(double score) => (int)Math.Round(score * 10, MidpointRounding.AwayFromZero);

    /// <summary>points_k = score·L_k/ΣL, in tenths, by <see cref="FactorNames.All"/>'s order.</summary>
    public static int[] Of(FactorScores factors, LiveMethod method)
    {
        var logs = Logs(factors, method);
        var sum = logs.Sum();
        var score = factors.Score(method);
        return Apportion(Tenths(score), [.. logs.Select(l => sum > 0 ? score * l / sum : 0)]);
    }

    /// <summary>Δ_k = 100·logmean(u₀, u₁)·(L_k' − L_k), in tenths; a factor that did not move has 0.</summary>
    public static int[] Deltas(FactorScores before, FactorScores after, LiveMethod method)
    {
        var (from, to) = (Logs(before, method), Logs(after, method));
        var scale = 100 * LogMean(before.Unharmed(method), after.Unharmed(method));
        return Apportion(
            Tenths(after.Score(method)) - Tenths(before.Score(method)), [.. from.Zip(to, (l, m) => l.Equals(m) ? 0 : scale * (m - l))]);
    }

    /// <summary>(a − b)/(ln a − ln b), and a where they meet: what makes the parts of a difference of exponentials add up to it.</summary>
    public static double LogMean(double a, double b)
    {
        var ratio = Math.Log(a / b);
        return Math.Abs(ratio) < 1e-9 ? (a + b) / 2 : (a - b) / ratio;
    }

    /// <summary>
    /// Largest remainder: each part rounded down to tenths, what is missing given to those cut most. A part of zero stays zero, since
    /// nothing moved there.
    /// </summary>
    public static int[] Apportion(int total, ReadOnlySpan<double> parts)
    {
        var shown = new int[parts.Length];
        var remainders = new List<(double Remainder, int Index)>(parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Equals(0)) continue;
            shown[i] = (int)Math.Floor(parts[i] * 10);
            remainders.Add((parts[i] * 10 - shown[i], i));
        }

        if (remainders.Count == 0) return shown;
        remainders.Sort((a, b) => b.Remainder.CompareTo(a.Remainder) is var order and not 0 ? order : a.Index - b.Index);
        var missing = total - shown.Sum();
        for (var i = 0; missing > 0; i = (i + 1) % remainders.Count, missing--) shown[remainders[i].Index]++;
        for (var i = remainders.Count - 1; missing < 0; i = i == 0 ? remainders.Count - 1 : i - 1, missing++) shown[remainders[i].Index]--;
        return shown;
    }

    private static double[] Logs(FactorScores factors, LiveMethod method) => [.. FactorNames.All.Select(f => factors.Log(f, method))];
}
