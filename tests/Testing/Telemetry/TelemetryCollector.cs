using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Chokepoint.Testing.Telemetry;

/// <summary>A real OTLP collector over HTTP, for tests that follow a trace through the platform or look for what must not be in it.</summary>
public sealed class TelemetryCollector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<CollectedSpan> spans = new();
    private readonly ConcurrentQueue<byte[]> bodies = new();

    private TelemetryCollector(WebApplication app) => this.app = app;

    /// <summary>For <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, with the protocol <c>http/protobuf</c>.</summary>
    public string Address => app.Urls.First();

    public IReadOnlyList<CollectedSpan> Spans => [.. spans];

    /// <summary>Whether some text stands anywhere in any trace, log or metric that came: protobuf holds strings as they are.</summary>
    public bool Contains(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bodies.Any(body => body.AsSpan().IndexOf(bytes) >= 0);
    }

    public static async Task<TelemetryCollector> StartAsync(CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new TelemetryCollector(builder.Build());
        collector.app.MapPost("/v1/{signal}", collector.ReceiveAsync);
        await collector.app.StartAsync(cancellationToken);
        return collector;
    }

    private async Task ReceiveAsync(string signal, HttpContext context)
    {
        using var memory = new MemoryStream();
        await using var content = context.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
            : context.Request.Body;
        await content.CopyToAsync(memory, context.RequestAborted);
        var body = memory.ToArray();
        bodies.Enqueue(body);
        if (signal != "traces") return;
        foreach (var span in CollectedSpan.Read(body)) spans.Enqueue(span);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
