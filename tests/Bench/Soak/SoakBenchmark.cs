using System.Diagnostics;
using System.Globalization;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Bench.Soak;

/// <summary>
/// The platform as <c>./run</c> starts it, under a steady stream of notices and a random fault every minute: in the end the ledger must
/// be equal, and memory, connections and the tables of work under way no larger than they were after the first third.
/// </summary>
internal sealed class SoakBenchmark : IBenchmark
{
    private const double MostGrowth = 1.1;
    private const int PauseMilliseconds = 500;
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan BetweenFaults = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Recovered = TimeSpan.FromMinutes(3);

    public string Name => "soak";

    public string Summary => "30 minutes of notices and random faults (--minutes N): nothing lost, nothing doubled, nothing that grows.";

    public Task<BenchmarkResult> RunAsync(CancellationToken cancellationToken) => RunAsync([], cancellationToken);

    /// <param name="arguments"><c>--minutes 6</c> for a shorter run.</param>
    public async Task<BenchmarkResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var lasts = arguments switch
        {
            [] => Whole,
            ["--minutes", var text] => TimeSpan.FromMinutes(int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)),
            _ => throw new ArgumentException("soak takes --minutes N.", nameof(arguments)),
        };
        await using var platform = await PlatformProcess.StartAsync();
        await using var ledger = await PlatformLedger.OpenAsync(platform);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(lasts);

        var sending = Burst.KeepSendingAsync(platform, ledger, Task.Delay(Timeout.Infinite, ending.Token), PauseMilliseconds);
        var breaking = new RandomFaults(platform).RunAsync(BetweenFaults, ending.Token);
        var looking = LookAsync(platform, ending.Token);
        var answers = (await sending).Answers;
        var faults = await breaking;
        var looks = await looking;
        cancellationToken.ThrowIfCancellationRequested();

        var since = Stopwatch.GetTimestamp();
        var verdict = await ledger.BalancesAsync(Recovered);
        var settled = Stopwatch.GetElapsedTime(since);
        return new BenchmarkResult(
        [
            new("lasted", lasts.TotalMinutes, "min"),
            new("notices accepted", answers.Count(answer => answer.IsAccepted), ""),
            new("posts repeated because of a fault", answers.Count(answer => !answer.IsAccepted), ""),
            .. faults.CountBy(fault => fault, StringComparer.Ordinal).OrderBy(fault => fault.Key, StringComparer.Ordinal).Select(fault => new Measurement($"  {fault.Key}", fault.Value, "times")),
            new("ledger: lost or doubled", verdict.IsEqual ? 0 : 1, "", "none", verdict.IsEqual),
            new("ledger: webhooks repeated under their own id", verdict.Repeated, ""),
            new("ledger: equal, after the last notice", settled.TotalSeconds, "s"),
            .. Growth("services' memory", "MB", looks, look => look.ServicesMemory),
            .. Growth("Postgres's memory", "MB", looks, look => look.Postgres),
            .. Growth("RabbitMQ's memory", "MB", looks, look => look.RabbitMq),
            new("Postgres's cache of pages in use, last look", looks[^1].PostgresShared, "MB"),
            .. Growth("connections to Postgres", "", looks, look => look.Connections),
            .. Growth("tables of work under way, on disk", "MB", looks, look => look.WorkTables),
        ]);
    }

    private static async Task<List<Look>> LookAsync(PlatformProcess platform, CancellationToken ending)
    {
        var looks = new List<Look>();
        while (!ending.IsCancellationRequested)
        {
            if (await Look.TakeAsync(platform) is { } look) looks.Add(look);
            await Task.Delay(BetweenLooks, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return looks;
    }

    /// <summary>The median of the last third beside that of the second: in the first, code is compiled and caches fill.</summary>
    private static IEnumerable<Measurement> Growth(string what, string unit, List<Look> looks, Func<Look, double> figure)
    {
        var third = looks.Count / 3;
        var before = looks.Skip(third).Take(third).Select(figure).Median();
        var after = looks.Skip(2 * third).Select(figure).Median();
        yield return new($"{what}, second third of the time", before, unit);
        yield return new($"{what}, last third", after, unit, $"at most {MostGrowth} x", after <= before * MostGrowth);
    }
}
