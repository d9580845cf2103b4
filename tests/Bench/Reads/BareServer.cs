using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chokepoint.Bench.Reads;

/// <summary>
/// The floor of a read: Kestrel with one route in a process of its own, which answers as many bytes as it is asked for, always the same. No
/// key is checked, no database is asked, nothing is logged.
/// </summary>
internal sealed class BareServer : IAsyncDisposable
{
    /// <summary>Behind the benchmark's name on the command line: this process is the server, until it is killed.</summary>
    public const string Option = "--bare";

    private readonly Process process;

    private BareServer(Process process, HttpClient http) => (this.process, Http) = (process, http);

    public HttpClient Http { get; }
    public int Id => process.Id;

    public static async Task<BareServer> StartAsync(string benchmark)
    {
        var port = ServiceProcess.FreePort();
        var started = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(BareServer).Assembly.Location, benchmark, Option, port.ToString(System.Globalization.CultureInfo.InvariantCulture)]) { UseShellExecute = false })!;
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Chokepoint.Testing.Eventually.SucceedsAsync(async () => (await http.GetAsync("/bytes/1")).EnsureSuccessStatusCode(), TimeSpan.FromSeconds(60));
        return new BareServer(started, http);
    }

    public static async Task ServeAsync(string port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        await using var app = builder.Build();
        var bodies = new System.Collections.Concurrent.ConcurrentDictionary<int, byte[]>();
        app.MapGet("/bytes/{count:int}", (int count) => TypedResults.Bytes(bodies.GetOrAdd(count, static n => new byte[n]), "application/json"));
        await app.StartAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        Http.Dispose();
    }
}
