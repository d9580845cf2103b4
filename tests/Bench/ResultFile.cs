using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Chokepoint.Contracts;

namespace Chokepoint.Bench;

/// <summary>Prints a result and keeps it under <c>docs/benchmarks/</c>, with the machine it was measured on.</summary>
internal static class ResultFile
{
    public static void Write(IBenchmark benchmark, BenchmarkResult result, DateTimeOffset at)
    {
        var machine = new
        {
            Cores = Environment.ProcessorCount,
            MemoryGiB = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
            Os = RuntimeInformation.OSDescription,
            Runtime = RuntimeInformation.FrameworkDescription,
            LoadBefore = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Trim() : null,
        };

        Console.WriteLine($"{benchmark.Name}: {benchmark.Summary}");
        Console.WriteLine($"{machine.Cores} cores, {machine.MemoryGiB} GiB, {machine.Runtime}, {machine.Os}");
        foreach (var m in result.Measurements)
        {
            var verdict = m.Target is null ? "" : $"   asked: {m.Target}{(m.Met is { } met ? met ? " – met" : " – NOT met" : "")}";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {m.What,-58} {m.Value,12:0.###} {m.Unit}{verdict}"));
        }

        var folder = Directory.CreateDirectory(Path.Combine("docs", "benchmarks"));
        var path = Path.Combine(folder.FullName, benchmark.Name + ".json");
        File.WriteAllText(path, JsonSerializer.Serialize(new { benchmark.Name, benchmark.Summary, At = at, Machine = machine, result.Measurements }, Indented) + "\n");
        Console.WriteLine($"written to docs/benchmarks/{benchmark.Name}.json");
    }

    private static readonly JsonSerializerOptions Indented = new(EventJson.Options) { WriteIndented = true };
}
