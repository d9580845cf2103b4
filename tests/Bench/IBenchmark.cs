namespace Chokepoint.Bench;

/// <summary>One measured comparison: the product's figure and, where there is one, its floor, taken in the same run.</summary>
internal interface IBenchmark
{
    /// <summary>As given to <c>./bench</c>.</summary>
    string Name { get; }

    /// <summary>One sentence: what is measured, and against what floor.</summary>
    string Summary { get; }

    Task<BenchmarkResult> RunAsync(CancellationToken cancellationToken);

    /// <summary>With what stands behind the name on the command line; most take nothing.</summary>
    Task<BenchmarkResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        arguments.Count == 0 ? RunAsync(cancellationToken) : throw new ArgumentException($"{Name} takes no options.", nameof(arguments));
}

/// <summary>One row of a result; <paramref name="Target"/> is what is asked (docs/benchmarks), in words.</summary>
internal sealed record Measurement(string What, double Value, string Unit, string? Target = null, bool? Met = null);

internal sealed record BenchmarkResult(IReadOnlyList<Measurement> Measurements)
{
    public bool Met => Measurements.All(m => m.Met is not false);
}
