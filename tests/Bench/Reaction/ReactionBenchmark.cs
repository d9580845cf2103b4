using System.Diagnostics;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Bench.Reaction;

/// <summary>How long from a posted notice to the received webhook, beside a bare chain of the same durable hops in the same run.</summary>
internal sealed class ReactionBenchmark : IBenchmark
{
    /// <remarks>A method is compiled for good after some hundred calls: before, it is the compiler that is measured (shown apart).</remarks>
    private const int WarmUp = 300, Rounds = 4, PerRound = 50, Burst = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Name => "reaction";

    public string Summary => "notice posted to webhook received, against a bare chain of the same durable hops";

    public async Task<BenchmarkResult> RunAsync(CancellationToken cancellationToken)
    {
        var measured = await MeasureAsync(cancellationToken);
        return new BenchmarkResult([.. measured, .. await StageProfile.TakeAsync(cancellationToken)]);
    }

    private static async Task<IReadOnlyList<Measurement>> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var servers = await BenchServers.StartAsync(cancellationToken);
        await using var floorReceiver = await TimingReceiver.StartAsync(
            request => Task.FromResult(request.Headers["webhook-id"].FirstOrDefault()), cancellationToken);
        string[] databases =
        [
            await servers.DatabaseAsync("accepted", cancellationToken), await servers.DatabaseAsync("scored", cancellationToken),
            await servers.DatabaseAsync("delivered", cancellationToken),
        ];
        await using var floor = new FloorChain(databases, floorReceiver.Url);
        await floor.StartAsync(new Uri(servers.Broker), cancellationToken);
        await using var platform = await PlatformUnderTest.StartAsync(new PlatformOptions(), cancellationToken);

        var pairs = new Queue<(string Economy, string Mineral)>(platform.Pairs);
        var needed = WarmUp + (Rounds * PerRound) + Burst;
        if (pairs.Count < needed) throw new InvalidOperationException($"The platform scores {pairs.Count} usable pairs, {needed} are needed.");

        List<double> floorOneByOne = [], platformOneByOne = [], first = [];
        for (var i = 0; i < WarmUp; i++)
        {
            await FloorAsync(floor, floorReceiver, cancellationToken);
            first.Add(await PlatformAsync(platform, pairs.Dequeue(), cancellationToken));
        }

        var processor = 0.0;
        // In turn, so that a machine that slows down slows both.
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < PerRound; i++) floorOneByOne.Add(await FloorAsync(floor, floorReceiver, cancellationToken));
            processor -= platform.ProcessorSeconds;
            for (var i = 0; i < PerRound; i++) platformOneByOne.Add(await PlatformAsync(platform, pairs.Dequeue(), cancellationToken));
            processor += platform.ProcessorSeconds;
        }

        var (floorBurst, _) = await BurstAsync(Enumerable.Range(0, Burst).Select(_ => (Func<Task<double>>)(() => FloorAsync(floor, floorReceiver, cancellationToken))));
        var (platformBurst, lost) = await BurstAsync(Enumerable.Range(0, Burst).Select(_ => pairs.Dequeue())
            .Select(pair => (Func<Task<double>>)(() => PlatformAsync(platform, pair, cancellationToken))));

        var ratio = platformOneByOne.Median() / floorOneByOne.Median();
        var p99 = platformOneByOne.At(99);
        return
        [
            new("floor, one at a time, median", floorOneByOne.Median(), "ms"),
            new("floor, one at a time, p99", floorOneByOne.At(99), "ms"),
            new("platform, one at a time, median", platformOneByOne.Median(), "ms"),
            new("platform, one at a time, p99", p99, "ms", "under 250 ms", p99 < 250),
            new("median against the floor's", ratio, "x", "within 3 x", ratio <= 3),
            new("platform, its first 60 notices after it started, median", first.Take(60).Median(), "ms"),
            new("platform, its first 60 notices after it started, slowest", first.Take(60).Max(), "ms"),
            new("platform, one at a time, processor time of all it runs", processor * 1000 / (Rounds * PerRound), "ms/notice"),
            new("floor, 1,000 at once, last received after", floorBurst, "ms"),
            new("platform, 1,000 at once, last received after", platformBurst, "ms", "within 10 s", platformBurst <= 10_000),
            new("platform, 1,000 at once, webhooks that did not come", lost, "", "none", lost == 0),
            new("platform, webhooks that came more than once", platform.Receiver.Repeated, "", "none", platform.Receiver.Repeated == 0),
        ];
    }

    private static async Task<double> FloorAsync(FloorChain floor, TimingReceiver receiver, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        var begun = Stopwatch.GetTimestamp();
        await floor.SendAsync(id, "{\"hop\":true}", cancellationToken);
        return Stopwatch.GetElapsedTime(begun, await receiver.FirstAsync(id.ToString(), Patience)).TotalMilliseconds;
    }

    private static async Task<double> PlatformAsync(PlatformUnderTest platform, (string Economy, string Mineral) pair, CancellationToken cancellationToken)
    {
        var begun = await platform.PostAsync(pair, cancellationToken);
        return Stopwatch.GetElapsedTime(begun, await platform.Receiver.FirstAsync($"{pair.Economy}/{pair.Mineral}", Patience)).TotalMilliseconds;
    }

    /// <returns>How long until the last came, and how many did not come.</returns>
    private static async Task<(double LastMilliseconds, int Lost)> BurstAsync(IEnumerable<Func<Task<double>>> sends)
    {
        var begun = Stopwatch.GetTimestamp();
        var all = sends.Select(async send =>
        {
            try { await send(); return Stopwatch.GetElapsedTime(begun).TotalMilliseconds; }
            catch (TimeoutException) { return double.NaN; }
        }).ToList();
        var ends = await Task.WhenAll(all);
        return (ends.Where(end => !double.IsNaN(end)).DefaultIfEmpty(double.NaN).Max(), ends.Count(double.IsNaN));
    }
}
