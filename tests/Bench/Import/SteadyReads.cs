using System.Diagnostics;

namespace Chokepoint.Bench.Import;

/// <summary>Requests at a steady rate, whatever the answers take.</summary>
internal static class SteadyReads
{
    /// <summary>What readers see while something else goes on, milliseconds from when each request was due.</summary>
    public static async Task<(T Result, List<double> Reads)> WhileAsync<T>(
        HttpClient http, IReadOnlyList<string> paths, int perSecond, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.Run(() => ReadAsync(http, paths, perSecond, int.MaxValue, ended.Token), cancellationToken);
        try
        {
            var result = await work();
            await ended.CancelAsync();
            return (result, await reading);
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAny(reading);
        }
    }

    /// <summary>So many requests, or until told to end.</summary>
    public static async Task<List<double>> ReadAsync(HttpClient http, IReadOnlyList<string> paths, int perSecond, int count, CancellationToken ended)
    {
        var began = Stopwatch.GetTimestamp();
        var running = new List<Task<double>>();
        for (var i = 0; i < count && !ended.IsCancellationRequested; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond);
            if (due - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } early) await Task.Delay(early, CancellationToken.None);
            running.Add(OneAsync(paths[i % paths.Count], due));
        }
        return [.. await Task.WhenAll(running)];

        async Task<double> OneAsync(string path, TimeSpan due)
        {
            using var answer = (await http.GetAsync(path, CancellationToken.None)).EnsureSuccessStatusCode();
            return (Stopwatch.GetElapsedTime(began) - due).TotalMilliseconds;
        }
    }

    /// <summary>Those of the paths that are answered, each asked so often that its code is compiled: a small run has not every mineral for every importer.</summary>
    public static async Task<IReadOnlyList<string>> WarmAsync(HttpClient http, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var answered = new List<string>();
        foreach (var path in paths)
        {
            using var answer = await http.GetAsync(path, cancellationToken);
            if (answer.IsSuccessStatusCode) answered.Add(path);
        }
        for (var i = 0; i < 500; i++) (await http.GetAsync(answered[i % answered.Count], cancellationToken)).Dispose();
        return answered;
    }
}
