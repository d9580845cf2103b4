using System.Diagnostics;

namespace Chokepoint.Bench.Import;

/// <summary>Reads of a service, in milliseconds.</summary>
internal static class SteadyReads
{
    /// <summary>
    /// What a reader sees who asks again and again while something else goes on, one question at a time and at most so many a second: a
    /// machine that stands still for a while counts once and not for every question it held up.
    /// </summary>
    public static async Task<(T Result, List<double> Reads)> WhileAsync<T>(
        HttpClient http, string path, int perSecond, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.Run(() => ReadAsync(http, path, perSecond, ended.Token), CancellationToken.None);
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

    private static async Task<List<double>> ReadAsync(HttpClient http, string path, int perSecond, CancellationToken ended)
    {
        var reads = new List<double>();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        while (!ended.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            var began = Stopwatch.GetTimestamp();
            (await http.GetAsync(path, CancellationToken.None)).EnsureSuccessStatusCode().Dispose();
            reads.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return reads;
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
