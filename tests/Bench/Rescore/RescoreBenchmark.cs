using System.Diagnostics;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.Bench.Rescore;

/// <summary>
/// Scenarios over everything, against the floor of the same multiplications on one flat array; and a whole rescore, documents and
/// writes included.
/// </summary>
internal sealed class RescoreBenchmark : IBenchmark
{
    private const int Scenarios = 1200;

    public string Name => "rescore";

    public string Summary => "1,200 scenarios × every economy × every mineral, and a full rescore with its documents, against a bare loop of the same size";

    public async Task<BenchmarkResult> RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var book = new SupplyBook(Figures.Shipped, LiveMethod.Live1);
        var figures = book.Edition;
        var loading = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var clauses = new FactBook.Snapshot([]);
        var now = TimeProvider.System.GetUtcNow();

        var scored = book.Pairs.Select(p => LiveScores.At(book, clauses, p.Economy, p.Mineral, now).Score).ToArray();
        var grid = new ScenarioGrid(scored, book.Method);
        var stops = Stops(book);
        var scores = new float[grid.Pairs * stops.Count];
        var (batch, allocated) = Best(() => grid.Score(stops, scores));
        var (floor, _) = Best(() => Floor(scores));
        var (documents, _) = Best(() =>
        {
            foreach (var (economy, mineral) in book.Pairs) _ = Revision.Next(LiveScores.At(book, clauses, economy, mineral, now), null, book.Method, figures);
        });
        var written = await FullRescore.SecondsAsync(book, cancellationToken);
        return new BenchmarkResult(
        [
            new Measurement("pairs", grid.Pairs, "pairs"),
            new Measurement("figures and supply, from the tables that ship", loading, "s"),
            new Measurement("scenario scores", scores.Length, "scores"),
            new Measurement("all scenarios over all pairs", batch, "s", "within 2 s on two cores", batch <= 2),
            new Measurement("allocated per score", allocated / (double)scores.Length, "bytes", "nothing (the run allocates once)", allocated / (double)scores.Length < 0.1),
            new Measurement("floor: the same number of bare products", floor, "s"),
            new Measurement("every pair scored and explained as JSON, one core", documents, "s"),
            new Measurement("first scores of every pair, written", written.First, "s"),
            new Measurement("floor: the same documents copied into an empty table", written.Floor, "s"),
            new Measurement("full rescore after new figures: read, made, written and announced", written.Again, "s", "within 3 s", written.Again <= 3),
        ]);
    }

    /// <summary>Every supplier of more than a tenth of a mineral stops, to all, then to each of the largest importers, until there are enough.</summary>
    private static List<ExportStop> Stops(SupplyBook book)
    {
        string?[] importers = [null, "USA", "EU27", "JPN", "KOR", "CHN", "IND", "GBR"];
        return [.. importers.SelectMany(importer => Minerals.All.SelectMany(m => Suppliers(m.Slug).SelectMany(supplier => (ExportStop[])
                [new ExportStop(supplier, m.Slug, importer, 1), new ExportStop(supplier, null, importer, 0.3)])))
            .Take(Scenarios)];

        IEnumerable<string> Suppliers(string mineral) => book.Of("USA", mineral).SelectMany(v => v.Producers.Shares)
            .Where(s => s.Share > 0.1).Select(s => s.Economy).Distinct(StringComparer.Ordinal);
    }

    private static void Floor(float[] scores) => Parallel.For(0, Environment.ProcessorCount, core =>
    {
        var slice = scores.Length / Environment.ProcessorCount;
        var span = scores.AsSpan(core * slice, slice);
        for (var i = 0; i < span.Length; i++) span[i] = (float)(100 * (1 - (1 - 0.6 * (i & 255) / 256.0) * (1 - 0.8 * (i & 127) / 128.0)));
    });

    private static (double Seconds, long Bytes) Best(Action run)
    {
        var best = double.MaxValue;
        long bytes = 0;
        for (var i = 0; i < 3; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var started = Stopwatch.GetTimestamp();
            run();
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (seconds < best) (best, bytes) = (seconds, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return (best, bytes);
    }
}
