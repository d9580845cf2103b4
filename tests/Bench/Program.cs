using Chokepoint.Bench;

// Every IBenchmark of this assembly is found by its type: a new one is a new folder and nothing else.
var benchmarks = typeof(IBenchmark).Assembly.GetTypes()
    .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IBenchmark)))
    .Select(t => (IBenchmark)Activator.CreateInstance(t)!)
    .OrderBy(b => b.Name, StringComparer.Ordinal)
    .ToList();

if (args is not [var name, ..] || benchmarks.Find(b => b.Name == name) is not { } benchmark)
{
    Console.Error.WriteLine("usage: ./bench <name> [--option value]");
    foreach (var b in benchmarks) Console.Error.WriteLine($"  {b.Name,-12} {b.Summary}");
    return 2;
}

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stopping.Cancel(); };
var result = await benchmark.RunAsync(args[1..], stopping.Token);
ResultFile.Write(benchmark, result, TimeProvider.System.GetUtcNow());
return result.Met ? 0 : 1;
