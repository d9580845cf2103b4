using System.Net;
using System.Net.Http.Headers;

namespace Chokepoint.Bench.Reads;

/// <summary>
/// What a dashboard asks: the scores of an economy, and one score explained; then the same again with the tags it was given. Latency is
/// from when a request was due; processor time is that of the service and of Postgres, so that a busy machine does not blur it.
/// </summary>
internal sealed class ReadsBenchmark : IBenchmark
{
    private const int PerSecond = 500;
    private const int Seconds = 2;
    private const int Turns = 12;
    private const string Key = "bench";

    private static readonly string[] Economies = ["USA", "EU27", "JPN", "KOR", "CHN", "IND", "GBR", "DEU"];
    private static readonly string[] Minerals = ["gallium", "germanium", "antimony", "cobalt", "tungsten", "dysprosium", "natural-graphite", "copper"];

    public string Name => "reads";

    public string Summary => "The scores of an economy and one score explained at 500 requests/s, against a bare Kestrel that answers as many bytes";

    public async Task<BenchmarkResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments is not [BareServer.Option, var port]) return await RunAsync(cancellationToken);
        await BareServer.ServeAsync(port, cancellationToken);
        return new BenchmarkResult([]);
    }

    public async Task<BenchmarkResult> RunAsync(CancellationToken cancellationToken)
    {
        await using var servers = await BenchServers.StartAsync(cancellationToken);
        await using var service = await ServiceProcess.StartAsync(
            "RiskScoring", "riskdb", await servers.DatabaseAsync("riskdb", cancellationToken), servers.Broker, Key);
        string[] lists = [.. Economies.Select(e => $"/api/risk/scores?economy={e}")];
        string[] scores = [.. Economies.SelectMany(e => Minerals.Select(m => $"/api/risk/scores/{e}/{m}"))];

        var all = new List<Measurement>();
        foreach (var (what, paths) in ((string, string[])[])[("scores of an economy", lists), ("one score explained", scores)])
        {
            var tagged = await TaggedAsync(service.Http, paths, cancellationToken);
            var bytes = (int)tagged.Average(t => t.Bytes);
            Func<int, HttpRequestMessage> askFull = i => Ask(paths[i % paths.Length], null), askKnown = i => Ask(paths[i % paths.Length], tagged[i % paths.Length].Tag);
            await WarmUpAsync(service.Http, askFull, cancellationToken);
            await WarmUpAsync(service.Http, askKnown, cancellationToken);
            // In short turns: what differs between the two is less than what a minute more or less does to a process.
            var (full, known, cheaper) = (Load.None, Load.None, 0);
            for (var turn = 0; turn < Turns; turn++)
            {
                var isFullFirst = turn % 2 == 0; // neither always is
                var first = await (isFullFirst ? FullAsync() : KnownAsync());
                var second = await (isFullFirst ? KnownAsync() : FullAsync());
                var (thisFull, thisKnown) = isFullFirst ? (first, second) : (second, first);
                (full, known) = (full + thisFull, known + thisKnown);
                if (thisKnown.PerRequest < thisFull.PerRequest) cheaper++;
            }

            Task<Load> FullAsync() => LoadAsync(service.Http, askFull, HttpStatusCode.OK, Processor, cancellationToken);
            Task<Load> KnownAsync() => LoadAsync(service.Http, askKnown, HttpStatusCode.NotModified, Processor, cancellationToken);

            var floor = await FloorAsync(bytes, cancellationToken);
            all.AddRange(
            [
                new Measurement($"{what}: bytes", bytes, "bytes"),
                new Measurement($"{what}: median", full.Times.Median(), "ms"),
                new Measurement($"{what}: p99", full.Times.At(99), "ms", "under 20 ms at 500 requests/s", full.Times.At(99) < 20),
                new Measurement($"{what}: refused", full.Others + known.Others, "answers", "none", full.Others + known.Others == 0),
                new Measurement($"{what}: p99 of a 304", known.Times.At(99), "ms"),
                new Measurement($"{what}: p99 of the floor, a bare Kestrel", floor.Times.At(99), "ms"),
                new Measurement($"{what}: processor time of a request", full.ServicePerRequest, "ms"),
                new Measurement($"{what}: of Postgres for it", full.PostgresPerRequest, "ms"),
                new Measurement(
                    $"{what}: processor time of a 304", known.ServicePerRequest, "ms", "cheaper still, with Postgres's part", known.PerRequest < full.PerRequest),
                new Measurement($"{what}: turns of {Turns} in which a 304 was cheaper", cheaper, ""),
                new Measurement($"{what}: of Postgres for it, 304", known.PostgresPerRequest, "ms"),
                new Measurement($"{what}: processor time of the floor's", floor.ServicePerRequest, "ms"),
                new Measurement($"{what}: processor time over the floor's", full.ServicePerRequest / floor.ServicePerRequest, "×"),
            ]);
        }

        return new BenchmarkResult(all);

        (double Service, double Postgres) Processor() => (service.ProcessorSeconds(), servers.Processor.Read().Postgres);
    }

    private async Task<Load> FloorAsync(int bytes, CancellationToken cancellationToken)
    {
        await using var bare = await BareServer.StartAsync(Name);
        HttpRequestMessage AskBare(int index) => Ask($"/bytes/{bytes}", null);
        await WarmUpAsync(bare.Http, AskBare, cancellationToken);
        var load = Load.None;
        for (var turn = 0; turn < 3; turn++) load += await LoadAsync(bare.Http, AskBare, HttpStatusCode.OK, () => (ProcessorTime.Of(bare.Id), 0), cancellationToken);
        return load;
    }

    /// <summary>Each path asked once, for its tag and its size.</summary>
    private static async Task<List<(EntityTagHeaderValue Tag, int Bytes)>> TaggedAsync(HttpClient http, string[] paths, CancellationToken cancellationToken)
    {
        var tagged = new List<(EntityTagHeaderValue, int)>();
        foreach (var path in paths)
        {
            using var answer = await http.GetAsync(path, cancellationToken);
            tagged.Add((answer.EnsureSuccessStatusCode().Headers.ETag!, (await answer.Content.ReadAsByteArrayAsync(cancellationToken)).Length));
        }

        return tagged;
    }

    private static HttpRequestMessage Ask(string path, EntityTagHeaderValue? known)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (known is not null) request.Headers.IfNoneMatch.Add(known);
        return request;
    }

    /// <summary>One after another first: what is not compiled yet is no answer to a load. Then what runs compiles for good beside the work.</summary>
    private static async Task WarmUpAsync(HttpClient http, Func<int, HttpRequestMessage> ask, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 500; i++) await AskAsync(i);
        await OpenLoop.RunAsync(PerSecond, 4 * PerSecond, AskAsync, cancellationToken);

        async Task AskAsync(int index)
        {
            using var request = ask(index);
            using var answer = await http.SendAsync(request, cancellationToken);
        }
    }

    private static async Task<Load> LoadAsync(
        HttpClient http, Func<int, HttpRequestMessage> ask, HttpStatusCode expected, Func<(double Service, double Postgres)> processor, CancellationToken cancellationToken)
    {
        var others = 0;
        var before = processor();
        var times = await OpenLoop.RunAsync(PerSecond, Seconds * PerSecond, AskAsync, cancellationToken);
        var after = processor();
        return new Load(times, others, 1000 * (after.Service - before.Service), 1000 * (after.Postgres - before.Postgres));

        async Task AskAsync(int index)
        {
            using var request = ask(index);
            using var answer = await http.SendAsync(request, cancellationToken);
            if (answer.StatusCode != expected) Interlocked.Increment(ref others);
        }
    }

    /// <param name="Others">Answers of another status: a service that is asked more than it can answer refuses.</param>
    /// <param name="ServiceMs">Processor time of the service over all its requests.</param>
    private sealed record Load(List<double> Times, int Others, double ServiceMs, double PostgresMs)
    {
        public static readonly Load None = new([], 0, 0, 0);

        public double ServicePerRequest => ServiceMs / Times.Count;
        public double PostgresPerRequest => PostgresMs / Times.Count;
        public double PerRequest => ServicePerRequest + PostgresPerRequest;

        public static Load operator +(Load one, Load other) =>
            new([.. one.Times, .. other.Times], one.Others + other.Others, one.ServiceMs + other.ServiceMs, one.PostgresMs + other.PostgresMs);
    }
}
