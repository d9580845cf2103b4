using System.Diagnostics;

namespace Chokepoint.Bench.Outbox;

/// <summary>
/// From a service's commit to another's: rows written through EF, relayed, consumed, recorded in the inbox. Both services run in
/// this process, the servers beside it, so all share the machine's cores, as they do in a local run.
/// </summary>
internal sealed class OutboxBenchmark : IBenchmark
{
    private const int Events = 20_000;
    private const int Writers = 16;
    private const double AskedForOne = 5_000;
    private const double AskedForFifty = 10_000;

    public string Name => "outbox";

    public string Summary => "Events per second from commit to inbox, against RabbitMQ.Client publishing and consuming the same bodies.";

    public async Task<BenchmarkResult> RunAsync(CancellationToken cancellationToken)
    {
        await using var servers = await BenchServers.StartAsync(cancellationToken);
        var processor = servers.Processor;
        await RawFloor.MeasureAsync(servers.Broker, Events / 5, cancellationToken); // warm
        var floor = await TimedAsync(processor, () => RawFloor.MeasureAsync(servers.Broker, Events, cancellationToken));
        await using var pair = await ServicePair.StartAsync(servers, cancellationToken);
        await RunAsync(pair, perCommit: 1, Events, cancellationToken); // warm: connected, pooled, and compiled for good
        var one = await TimedAsync(processor, () => RunAsync(pair, perCommit: 1, Events, cancellationToken));
        var fifty = await TimedAsync(processor, () => RunAsync(pair, perCommit: 50, Events, cancellationToken));
        var latencies = await LatenciesAsync(pair, 200, cancellationToken);
        var recorded = await pair.RecordedAsync(cancellationToken);
        if (recorded != pair.Committed) throw new InvalidOperationException($"{pair.Committed} events committed, {recorded} in the inbox.");
        return new BenchmarkResult(
        [
            .. Rows("floor: raw publish with confirms and consume", floor, null, floor),
            .. Rows("one event per commit, end to end", one, AskedForOne, floor),
            .. Rows("fifty events per commit, end to end", fifty, AskedForFifty, floor),
            new("one at a time, commit to handled, median", latencies.Median(), "ms"),
            new("one at a time, commit to handled, 99th percentile", latencies.At(99), "ms"),
        ]);
    }

    private static IEnumerable<Measurement> Rows(string what, Run run, double? asked, Run floor)
    {
        yield return new(what, run.PerSecond, "events/s", asked is null ? null : $">= {asked}", asked is null ? null : run.PerSecond >= asked);
        if (run != floor) yield return new("  of the floor", run.PerSecond / floor.PerSecond, "x");
        yield return new("  processor time, services", run.Own, "us/event");
        yield return new("  processor time, Postgres", run.Postgres, "us/event");
        yield return new("  processor time, RabbitMQ", run.Broker, "us/event");
        yield return new("  which two idle cores could do", 2e6 / (run.Own + run.Postgres + run.Broker), "events/s");
    }

    /// <param name="Own">Processor time per event in microseconds, as the others.</param>
    private sealed record Run(double PerSecond, double Own, double Postgres, double Broker);

    private static async Task<Run> TimedAsync(ProcessorTime processor, Func<Task> run)
    {
        var before = processor.Read();
        var start = Stopwatch.GetTimestamp();
        await run();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var after = processor.Read();
        const double perEvent = 1e6 / Events;
        return new Run(
            Events / seconds, (after.Own - before.Own) * perEvent, (after.Postgres - before.Postgres) * perEvent,
            (after.Broker - before.Broker) * perEvent);
    }

    private static async Task RunAsync(ServicePair pair, int perCommit, int events, CancellationToken cancellationToken)
    {
        var arrived = pair.Expect(events);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, events / perCommit), new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken },
            async (commit, token) => await pair.CommitAsync(Enumerable.Range(commit * perCommit, perCommit).Select(Sample.Event), token));
        await arrived.WaitAsync(TimeSpan.FromMinutes(5), cancellationToken);
    }

    private static async Task<List<double>> LatenciesAsync(ServicePair pair, int count, CancellationToken cancellationToken)
    {
        var taken = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            var arrived = pair.Expect(1);
            var start = Stopwatch.GetTimestamp();
            await pair.CommitAsync([Sample.Event(i)], cancellationToken);
            await arrived.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
            taken.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return taken;
    }
}
