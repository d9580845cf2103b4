using System.Diagnostics;

namespace Chokepoint.Bench;

/// <summary>Requests at a steady rate whatever the answers take: a server that falls behind is asked on, and the waiting is in its times.</summary>
internal static class OpenLoop
{
    /// <returns>Milliseconds from when each request was due to when it was answered whole.</returns>
    public static async Task<List<double>> RunAsync(int perSecond, int count, Func<int, Task> askAsync, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var running = new List<Task<double>>();
        for (var i = 0; i < count; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond);
            if (due - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } early) await Task.Delay(early, cancellationToken);
            running.Add(OneAsync(i, due));
        }

        return [.. await Task.WhenAll(running)];

        async Task<double> OneAsync(int index, TimeSpan due)
        {
            await askAsync(index);
            return (Stopwatch.GetElapsedTime(began) - due).TotalMilliseconds;
        }
    }
}
