using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Chokepoint.ServiceDefaults.Tests.Telemetry;

/// <summary>Takes OTLP over HTTP and keeps what came, by signal, as sent: names and values stand in protobuf as plain text.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, MemoryStream> _received = new(StringComparer.Ordinal);

    private Collector(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var collector = new Collector(app);
        app.MapPost("/v1/{signal}", async (string signal, HttpContext http) =>
        {
            using var body = new MemoryStream();
            await using var content = http.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(http.Request.Body, CompressionMode.Decompress) : http.Request.Body;
            await content.CopyToAsync(body);
            var all = collector._received.GetOrAdd(signal, _ => new MemoryStream());
            lock (all)
                all.Write(body.GetBuffer(), 0, (int)body.Length);
        });
        await app.StartAsync();
        return collector;
    }

    public byte[] Bytes(string signal)
    {
        if (!_received.TryGetValue(signal, out var all))
            return [];
        lock (all)
            return all.ToArray();
    }

    /// <summary>One character a byte, so that text within is found as it is.</summary>
    public string Text(string signal) => Encoding.Latin1.GetString(Bytes(signal));

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
