using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;

namespace Chokepoint.Bench.Import;

/// <summary>
/// Ten million rows of BACI and five million prices, as files over HTTP into the services as they ship, from the request's first byte to
/// the commit that makes the rows visible. The floor is one bare binary COPY of the same parsed rows in the same run.
/// </summary>
internal sealed class ImportBenchmark : IBenchmark
{
    private const string Key = "bench";
    private const int ReadsPerSecond = 50;
    private const int QuestionsPerSecond = 100;

    public string Name => "import";

    public string Summary => "10 million BACI rows and 5 million prices imported over HTTP, against a bare binary COPY of the same parsed rows";

    public Task<BenchmarkResult> RunAsync(CancellationToken cancellationToken) => RunAsync([], cancellationToken);

    /// <param name="arguments"><c>--rows 1000000</c> for a smaller run: that many rows of BACI and half as many prices.</param>
    public async Task<BenchmarkResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var rows = arguments is ["--rows", var text] ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : 10_000_000;
        var (flows, prices) = (new BaciFile(rows), new PriceFiles(rows / 2));

        await using var servers = await BenchServers.StartAsync(cancellationToken);
        await using var floor = NpgsqlDataSource.Create(await servers.DatabaseAsync("floordb", cancellationToken));
        await using var controls = await StartAsync(servers, "ExportControls", "controlsdb", cancellationToken);
        await using var trade = await StartAsync(servers, "TradeFlows", "tradedb", cancellationToken);
        await using var market = await StartAsync(servers, "MarketPrices", "pricesdb", cancellationToken);

        using var calm = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var readsBefore = await ReadsAsync(controls.Http, calm.Token, cancellationToken);

        Say($"floor: COPY of {flows.Rows:n0} flows");
        var flowFloor = await CopyFloor.FlowsAsync(floor, flows, cancellationToken);
        Say($"import of {flows.Rows:n0} flows");
        var (flowRate, flowUpload, readsDuringFlows) = await WithReadsAsync(controls.Http, () => ImportFlowsAsync(trade.Http, flows, cancellationToken), cancellationToken);

        Say(string.Create(CultureInfo.InvariantCulture, $"{flowRate:n0} rows/s, {flowRate / flowFloor:0.00} of the floor's {flowFloor:n0}; sending took {flowUpload:0.0} s"));
        Say($"floor: COPY of {prices.Observations:n0} prices");
        var priceFloor = await CopyFloor.PricesAsync(floor, prices, cancellationToken);
        Say($"import of {prices.Observations:n0} prices");
        var (priceRate, _, readsDuringPrices) = await WithReadsAsync(controls.Http, () => ImportPricesAsync(market.Http, prices, cancellationToken), cancellationToken);

        Say(string.Create(CultureInfo.InvariantCulture, $"{priceRate:n0} rows/s, {priceRate / priceFloor:0.00} of the floor's {priceFloor:n0}"));
        Say("questions");
        var suppliers = await QuestionsAsync(trade.Http, SupplierQuestions(), cancellationToken);
        var signals = await QuestionsAsync(market.Http, ["/api/prices/minerals/gallium/signal"], cancellationToken);

        var slowed = readsDuringFlows.Concat(readsDuringPrices).Median() / readsBefore.Median();
        var (tradeMemory, marketMemory) = (trade.PeakMegabytes(), market.PeakMegabytes());
        return new BenchmarkResult(
        [
            new Measurement("flows", flows.Rows, "rows"),
            new Measurement("flows imported", flowRate, "rows/s"),
            new Measurement("of it, sending and keeping the file", flowUpload, "s"),
            new Measurement("floor: bare COPY of the parsed flows", flowFloor, "rows/s"),
            new Measurement("flows, ratio to the floor", flowRate / flowFloor, "", "at least 0.5", flowRate / flowFloor >= 0.5),
            new Measurement("prices", prices.Observations, "rows"),
            new Measurement("prices imported", priceRate, "rows/s"),
            new Measurement("floor: bare COPY of the parsed prices", priceFloor, "rows/s"),
            new Measurement("prices, ratio to the floor", priceRate / priceFloor, "", "at least 0.5", priceRate / priceFloor >= 0.5),
            new Measurement("memory of TradeFlows, peak", tradeMemory, "MB", "under 300 MB", tradeMemory < 300),
            new Measurement("memory of MarketPrices, peak", marketMemory, "MB", "under 300 MB", marketMemory < 300),
            new Measurement("reads of another service before, median", readsBefore.Median(), "ms"),
            new Measurement("reads of another service during imports, median", readsDuringFlows.Concat(readsDuringPrices).Median(), "ms"),
            new Measurement("reads of another service, slowed to", slowed, "times", "by less than a fifth", slowed < 1.2),
            new Measurement("GET /suppliers with the data loaded, median", suppliers.Median(), "ms"),
            new Measurement("GET /suppliers with the data loaded, p99", suppliers.At(99), "ms", "under 20 ms", suppliers.At(99) < 20),
            new Measurement("GET /signal with the data loaded, p99", signals.At(99), "ms", "under 20 ms", signals.At(99) < 20),
        ]);
    }

    private static async Task<ServiceProcess> StartAsync(BenchServers servers, string project, string resource, CancellationToken cancellationToken) =>
        await ServiceProcess.StartAsync(project, resource, await servers.DatabaseAsync(resource, cancellationToken), servers.Broker, Key);

    private static async Task<(double Rate, double Upload)> ImportFlowsAsync(HttpClient http, BaciFile file, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        using var content = file.AsContent();
        var job = await SendAsync(http, "/api/trade/imports?format=baci&revision=HS22", content, cancellationToken);
        var upload = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await EndedAsync(http, job, file.Rows, cancellationToken);
        return (file.Rows / Stopwatch.GetElapsedTime(began).TotalSeconds, upload);
    }

    private static async Task<(double Rate, double Upload)> ImportPricesAsync(HttpClient http, PriceFiles files, CancellationToken cancellationToken)
    {
        // Made before the clock starts, a few at a time in memory: a desk's files exist when they are sent.
        var began = Stopwatch.GetTimestamp();
        var making = TimeSpan.Zero;
        var jobs = new List<Uri>();
        for (var series = 0; series < files.Series; series++)
        {
            var makes = Stopwatch.GetTimestamp();
            using var content = new ByteArrayContent(PriceFiles.File(series));
            making += Stopwatch.GetElapsedTime(makes);
            jobs.Add(await SendAsync(http, "/api/prices/imports?" + PriceFiles.Query(series), content, cancellationToken));
        }
        var upload = Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (var job in jobs) await EndedAsync(http, job, PriceFiles.Days, cancellationToken);
        return (files.Observations / (Stopwatch.GetElapsedTime(began) - making).TotalSeconds, upload);
    }

    private static async Task<Uri> SendAsync(HttpClient http, string path, HttpContent content, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsync(path, content, cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        return answer.Headers.Location!;
    }

    private static async Task EndedAsync(HttpClient http, Uri job, int rows, CancellationToken cancellationToken)
    {
        while (true)
        {
            var view = await http.GetFromJsonAsync<JsonElement>(job, cancellationToken);
            var state = view.GetProperty("state").GetString();
            if (state is "completed" && view.GetProperty("rowsNew").GetInt64() == rows) return;
            if (state is not ("queued" or "running")) throw new InvalidOperationException($"Not all rows were imported: {view}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }

    private static async Task<(double Rate, double Upload, List<double> Reads)> WithReadsAsync(
        HttpClient http, Func<Task<(double Rate, double Upload)>> import, CancellationToken cancellationToken)
    {
        using var ended = new CancellationTokenSource();
        var reads = ReadsAsync(http, ended.Token, cancellationToken);
        try
        {
            var (rate, upload) = await import();
            await ended.CancelAsync();
            return (rate, upload, await reads);
        }
        finally
        {
            await ended.CancelAsync();
            await reads;
        }
    }

    /// <summary>What another service's readers see: at a steady rate, in milliseconds, until told to end.</summary>
    private static async Task<List<double>> ReadsAsync(HttpClient http, CancellationToken ended, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 100; i++) (await http.GetAsync("/api/controls/active?destination=USA", cancellationToken)).EnsureSuccessStatusCode(); // warm
        var reads = new List<double>();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / ReadsPerSecond));
        while (!ended.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            var began = Stopwatch.GetTimestamp();
            (await http.GetAsync("/api/controls/active?destination=USA", cancellationToken)).EnsureSuccessStatusCode();
            reads.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return reads;
    }

    /// <summary>Questions at a steady rate whatever the answers take, in milliseconds from when each was due.</summary>
    private static async Task<List<double>> QuestionsAsync(HttpClient http, IEnumerable<string> asked, CancellationToken cancellationToken)
    {
        var paths = new List<string>(); // a small run may not have every mineral for every importer
        foreach (var path in asked)
        {
            using var answer = await http.GetAsync(path, cancellationToken);
            if (answer.IsSuccessStatusCode) paths.Add(path);
        }
        for (var i = 0; i < 200; i++) (await http.GetAsync(paths[i % paths.Count], cancellationToken)).EnsureSuccessStatusCode(); // warm
        var began = Stopwatch.GetTimestamp();
        var running = new List<Task<double>>();
        for (var i = 0; i < QuestionsPerSecond * 20; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / QuestionsPerSecond);
            if (due - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } early) await Task.Delay(early, cancellationToken);
            running.Add(OneAsync(paths[i % paths.Count], due));
        }
        return [.. await Task.WhenAll(running)];

        async Task<double> OneAsync(string url, TimeSpan due)
        {
            (await http.GetAsync(url, cancellationToken)).EnsureSuccessStatusCode();
            return (Stopwatch.GetElapsedTime(began) - due).TotalMilliseconds;
        }
    }

    private static IEnumerable<string> SupplierQuestions() =>
        from mineral in (string[])["gallium", "natural-graphite", "cobalt", "dysprosium", "tungsten", "antimony", "lithium", "copper", "nickel"]
        from importer in (string[])["USA", "JPN", "KOR", "DEU", "FRA", "IND", "GBR", "CHN"]
        select $"/api/trade/suppliers?importer={importer}&mineral={mineral}&year={BaciFile.Year}";

    private static void Say(string what) => Console.Error.WriteLine(what);
}
