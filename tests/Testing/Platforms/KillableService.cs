using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Chokepoint.Testing.Platforms;

/// <summary>One service as it ships, in a process of its own that can be killed, with small batches of imports and short leases.</summary>
public sealed class KillableService : IAsyncDisposable
{
    private readonly Process _process;

    private KillableService(Process process, HttpClient client) => (_process, Client) = (process, client);

    public HttpClient Client { get; }

    /// <param name="project">Such as <c>TradeFlows</c>; its program stands beside the tests'.</param>
    /// <param name="resource">What it calls its database: <c>tradedb</c>.</param>
    public static async Task<KillableService> StartAsync(
        string project, string resource, string database, string broker, params IReadOnlyList<(string Key, string Value)> settings)
    {
        const string key = "test-operations-key";
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, project + ".dll")])
        {
            UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["ConnectionStrings__" + resource] = database;
        start.Environment["ConnectionStrings__broker"] = broker;
        start.Environment["Keys__Ops"] = key;
        start.Environment["Imports__BatchBytes"] = "20000"; // many checkpoints in a file of moderate size
        start.Environment["Imports__Lease"] = "00:00:03"; // what a killed worker held is free soon
        start.Environment["Logging__LogLevel__Default"] = "Critical";
        foreach (var (name, value) in settings) start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => { if (line.Data is { } text) Console.Error.WriteLine(text); };
        process.BeginOutputReadLine();
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await Eventually.SucceedsAsync(async () => (await client.GetAsync("/ready")).EnsureSuccessStatusCode(), TimeSpan.FromSeconds(120));
        return new KillableService(process, client);
    }

    /// <summary>SIGKILL: nothing of it runs any more when this returns.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
        Client.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
