using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Chokepoint.Bench.Import;

/// <summary>
/// Ten million rows of BACI and five million prices, as files over HTTP into the services as they ship, from the request's first byte to
/// the commit that makes the rows visible. The floor is one bare binary COPY of the same parsed rows, before and after in the same run.
/// </summary>
internal sealed class ImportBenchmark : IBenchmark
{
    private const string Key = "bench";
    private const int WarmUpRows = 100_000;

    /// <summary>What is called once for a file is compiled after some hundred of them.</summary>
    private const int WarmUpFiles = 160;

    private const int ReadsPerSecond = 50;
    private const int QuestionsPerSecond = 100;
    private const string OtherRead = "/api/controls/active?destination=USA";

    public string Name => "import";

    public string Summary => "10 million BACI rows and 5 million prices imported over HTTP, against a bare binary COPY of the same parsed rows";

    public Task<BenchmarkResult> RunAsync(CancellationToken cancellationToken) => RunAsync([], cancellationToken);

    /// <param name="arguments"><c>--rows 1000000 --prices 500000</c> for a smaller run.</param>
    public async Task<BenchmarkResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (rows, observations) = Sizes(arguments);
        var (flows, prices) = (new BaciFile(rows), new PriceFiles(observations));
        await using var servers = await BenchServers.StartAsync(cancellationToken);
        var folder = Directory.CreateTempSubdirectory("chokepoint-bench-files-");
        try
        {
            var (flowFile, priceFiles) = await WriteAsync(folder.FullName, flows, prices, cancellationToken);
            var warmUps = await WarmUpFilesAsync(folder.FullName, cancellationToken);
            Say($"files: {FileSender.SizeOf([flowFile])} of flows, {FileSender.SizeOf(priceFiles)} of prices");
            return await MeasureAsync(servers, flows, flowFile, prices, priceFiles, warmUps, cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<BenchmarkResult> MeasureAsync(
        BenchServers servers, BaciFile flows, string flowFile, PriceFiles prices, string[] priceFiles, IReadOnlyList<string> warmUps,
        CancellationToken cancellationToken)
    {
        await using var floor = NpgsqlDataSource.Create(await servers.DatabaseAsync("floordb", cancellationToken));
        await using var controls = await StartAsync(servers, "ExportControls", "controlsdb", cancellationToken);
        await using var trade = await StartAsync(servers, "TradeFlows", "tradedb", cancellationToken);
        await using var market = await StartAsync(servers, "MarketPrices", "pricesdb", cancellationToken);

        await SteadyReads.WarmAsync(controls.Http, [OtherRead], cancellationToken);
        Say("files of other years and series first, so that code is compiled as in a service that has run for a while");
        foreach (var file in warmUps) await ImportFlowsAsync(trade.Http, new BaciFile(WarmUpRows), file, cancellationToken);
        await ImportPricesAsync(market.Http, [.. Enumerable.Repeat(priceFiles[0], WarmUpFiles)], firstSeries: 1_000_000, cancellationToken);
        var (_, calm) = await SteadyReads.WhileAsync(controls.Http, OtherRead, ReadsPerSecond, () => WaitAsync(TimeSpan.FromSeconds(15), cancellationToken), cancellationToken);

        var ofFlows = await CompareAsync(
            servers, controls.Http, trade, flows.Rows, () => CopyFloor.FlowsAsync(floor, flows, cancellationToken),
            () => ImportFlowsAsync(trade.Http, flows, flowFile, cancellationToken), "flows", cancellationToken);
        var ofPrices = await CompareAsync(
            servers, controls.Http, market, prices.Observations, () => CopyFloor.PricesAsync(floor, prices, cancellationToken),
            () => ImportPricesAsync(market.Http, priceFiles, firstSeries: 0, cancellationToken), "prices", cancellationToken);

        Say("questions");
        var suppliers = await AskAsync(trade.Http, SupplierQuestions(), cancellationToken);
        var signals = await AskAsync(market.Http, ["/api/prices/minerals/gallium/signal"], cancellationToken);

        List<double> during = [.. ofFlows.Reads, .. ofPrices.Reads], besideFloor = [.. ofFlows.FloorReads, .. ofPrices.FloorReads];
        var slowed = during.Median() / calm.Median();
        return new BenchmarkResult(
        [
            .. Measurements("flows", ofFlows), .. Measurements("prices", ofPrices),
            Memory("TradeFlows", trade), Memory("MarketPrices", market),
            new Measurement($"reads of another service at {ReadsPerSecond}/s, calm, median", calm.Median(), "ms"),
            new Measurement("the same beside the bare COPY, median", besideFloor.Median(), "ms"),
            new Measurement("the same beside the imports, median", during.Median(), "ms"),
            new Measurement("the same beside the imports, slowed to", slowed, "times", "by less than a fifth", slowed < 1.2),
            new Measurement($"GET /suppliers at {QuestionsPerSecond}/s with the data loaded, median", suppliers.Median(), "ms"),
            new Measurement($"GET /suppliers at {QuestionsPerSecond}/s with the data loaded, p99", suppliers.At(99), "ms", "under 20 ms", suppliers.At(99) < 20),
            new Measurement($"GET /signal at {QuestionsPerSecond}/s with the data loaded, median", signals.Median(), "ms"),
            new Measurement($"GET /signal at {QuestionsPerSecond}/s with the data loaded, p99", signals.At(99), "ms", "under 20 ms", signals.At(99) < 20),
        ]);
    }

    /// <summary>The floor, the import and the floor again, with another service's readers beside each.</summary>
    private static async Task<Comparison> CompareAsync(
        BenchServers servers, HttpClient others, ServiceProcess service, int rows, Func<Task<double>> floor, Func<Task<double>> import, string what,
        CancellationToken cancellationToken)
    {
        Say($"floor: COPY of {rows:n0} {what}");
        var (before, readsBefore) = await SteadyReads.WhileAsync(others, OtherRead, ReadsPerSecond, floor, cancellationToken);
        Say(string.Create(CultureInfo.InvariantCulture, $"{rows / before:n0} rows/s; import of {rows:n0} {what}"));
        var (postgres, own) = (servers.Processor.Read().Postgres, service.ProcessorSeconds());
        var (imported, reads) = await SteadyReads.WhileAsync(others, OtherRead, ReadsPerSecond, import, cancellationToken);
        (postgres, own) = (servers.Processor.Read().Postgres - postgres, service.ProcessorSeconds() - own);
        Say(string.Create(CultureInfo.InvariantCulture, $"{rows / imported:n0} rows/s; the floor again"));
        var floorPostgres = servers.Processor.Read().Postgres;
        var (after, readsAfter) = await SteadyReads.WhileAsync(others, OtherRead, ReadsPerSecond, floor, cancellationToken);
        floorPostgres = servers.Processor.Read().Postgres - floorPostgres;
        Say(string.Create(CultureInfo.InvariantCulture, $"{rows / after:n0} rows/s: the import has {(before + after) / 2 / imported:0.00} of the floor's rate"));
        return new Comparison(rows, (before + after) / 2, imported, own, postgres, floorPostgres, [.. readsBefore, .. readsAfter], reads);
    }

    private static IEnumerable<Measurement> Measurements(string what, Comparison of)
    {
        var ratio = of.FloorSeconds / of.Seconds;
        yield return new Measurement(what, of.Rows, "rows");
        yield return new Measurement($"{what} imported", of.Rows / of.Seconds, "rows/s");
        yield return new Measurement($"floor: bare COPY of the parsed {what}, before and after", of.Rows / of.FloorSeconds, "rows/s");
        yield return new Measurement($"{what}, ratio to the floor", ratio, "", "at least 0.5", ratio >= 0.5);
        yield return new Measurement($"{what}, processor time of the service", of.ServiceProcessor / of.Rows * 1e6, "us/row");
        yield return new Measurement($"{what}, processor time of Postgres", of.PostgresProcessor / of.Rows * 1e6, "us/row");
        yield return new Measurement($"{what}, processor time of Postgres for the floor", of.FloorPostgresProcessor / of.Rows * 1e6, "us/row");
    }

    private static Measurement Memory(string name, ServiceProcess service)
    {
        var peak = service.PeakMegabytes();
        return new Measurement($"memory of {name}, peak", peak, "MB", "under 300 MB", peak < 300);
    }

    private static async Task<ServiceProcess> StartAsync(BenchServers servers, string project, string resource, CancellationToken cancellationToken) =>
        await ServiceProcess.StartAsync(project, resource, await servers.DatabaseAsync(resource, cancellationToken), servers.Broker, Key);

    private static async Task<double> ImportFlowsAsync(HttpClient http, BaciFile file, string path, CancellationToken cancellationToken)
    {
        var sender = new FileSender(http);
        var began = Stopwatch.GetTimestamp();
        var job = await sender.SendAsync("/api/trade/imports?format=baci&revision=HS22", path, cancellationToken);
        Say(string.Create(CultureInfo.InvariantCulture, $"accepted after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));
        await sender.EndedAsync(job, file.Rows, cancellationToken);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> ImportPricesAsync(HttpClient http, string[] files, int firstSeries, CancellationToken cancellationToken)
    {
        var sender = new FileSender(http);
        var began = Stopwatch.GetTimestamp();
        var jobs = new List<Uri>();
        for (var i = 0; i < files.Length; i++) jobs.Add(await sender.SendAsync("/api/prices/imports?" + PriceFiles.Query(firstSeries + i), files[i], cancellationToken));
        Say(string.Create(CultureInfo.InvariantCulture, $"accepted after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));
        jobs.Reverse(); // the last is the last to end
        foreach (var job in jobs) await sender.EndedAsync(job, PriceFiles.Days, cancellationToken);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<List<double>> AskAsync(HttpClient http, IEnumerable<string> questions, CancellationToken cancellationToken)
    {
        var paths = await SteadyReads.WarmAsync(http, questions, cancellationToken);
        return await OpenLoop.RunAsync(
            QuestionsPerSecond, QuestionsPerSecond * 30,
            async i => (await http.GetAsync(paths[i % paths.Count], cancellationToken)).EnsureSuccessStatusCode().Dispose(), cancellationToken);
    }

    private static IEnumerable<string> SupplierQuestions() =>
        from mineral in (string[])["gallium", "natural-graphite", "cobalt", "dysprosium", "tungsten", "antimony", "lithium", "copper", "nickel"]
        from importer in (string[])["USA", "JPN", "KOR", "DEU", "FRA", "IND", "GBR", "CHN"]
        select $"/api/trade/suppliers?importer={importer}&mineral={mineral}&year={BaciFile.Asked}";

    private static async Task<(string Flows, string[] Prices)> WriteAsync(string folder, BaciFile flows, PriceFiles prices, CancellationToken cancellationToken)
    {
        var baci = Path.Combine(folder, "baci.csv");
        await flows.WriteAsync(baci, cancellationToken);
        var files = new string[prices.Series];
        for (var series = 0; series < files.Length; series++)
            await File.WriteAllBytesAsync(files[series] = Path.Combine(folder, $"prices-{series}.csv"), PriceFiles.Text(series), cancellationToken);
        return (baci, files);
    }

    private static async Task<IReadOnlyList<string>> WarmUpFilesAsync(string folder, CancellationToken cancellationToken)
    {
        var files = new List<string>();
        foreach (var year in (int[])[2018, 2019, 2020])
        {
            files.Add(Path.Combine(folder, $"baci-{year}.csv"));
            await new BaciFile(WarmUpRows, year).WriteAsync(files[^1], cancellationToken);
        }
        return files;
    }

    private static (int Rows, int Observations) Sizes(IReadOnlyList<string> arguments)
    {
        var (rows, observations) = (10_000_000, 5_000_000);
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count || !int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new ArgumentException($"{arguments[i]} needs a number.", nameof(arguments));
            if (arguments[i] is "--rows") rows = number;
            else if (arguments[i] is "--prices") observations = number;
            else throw new ArgumentException($"{arguments[i]} is no option of import.", nameof(arguments));
        }
        return (rows, observations);
    }

    private static async Task<TimeSpan> WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        await Task.Delay(time, cancellationToken);
        return time;
    }

    private static void Say(string what) => Console.Error.WriteLine(what);

    /// <summary>Seconds of the floor, its mean, and of the import; processor seconds; reads of another service beside both, ms.</summary>
    private sealed record Comparison(
        int Rows, double FloorSeconds, double Seconds, double ServiceProcessor, double PostgresProcessor, double FloorPostgresProcessor,
        List<double> FloorReads, List<double> Reads);
}
