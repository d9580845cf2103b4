using System.Security.Cryptography;
using System.Text;
using Chokepoint.Platform.Tests;
using Chokepoint.Testing.Platforms;
using Chokepoint.Testing.Telemetry;

[assembly: AssemblyFixture(typeof(PlatformFixture))]

namespace Chokepoint.Platform.Tests;

/// <summary>One platform for all tests of this project, started as <c>./run</c> starts it and spoken to through its gateway alone.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    /// <summary>A key that reads risk and may do nothing else.</summary>
    public const string ReaderKey = "a-key-that-only-reads-risk";

    private readonly string keysFile = Path.Combine(Path.GetTempPath(), $"chokepoint-keys-{Guid.NewGuid():n}.json");
    private PlatformProcess process = null!;

    internal PlatformProcess Process => process;

    /// <summary>Over the gateway, with the operations key.</summary>
    public HttpClient Operator => process.Client;

    public HttpClient Anonymous { get; private set; } = null!;

    internal TelemetryCollector Telemetry { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Telemetry = await TelemetryCollector.StartAsync();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ReaderKey)));
        await File.WriteAllTextAsync(keysFile, $$"""[{"name": "reader", "sha256": "{{hash}}", "scopes": ["risk:read"]}]""");
        process = await PlatformProcess.StartAsync(new PlatformOptions
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) 
            {
                ["PLATFORM_KEYS"] = keysFile,
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Telemetry.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
                ["OTEL_TRACES_SAMPLER"] = "always_on",
            },
        });
        Anonymous = process.ClientWith(key: null);
    }

    public async ValueTask DisposeAsync()
    {
        Anonymous?.Dispose();
        if (process is not null) await process.DisposeAsync();
        if (Telemetry is not null) await Telemetry.DisposeAsync();
        File.Delete(keysFile);
    }
}
