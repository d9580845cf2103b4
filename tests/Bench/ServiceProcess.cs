using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Chokepoint.Testing;

namespace Chokepoint.Bench;

/// <summary>The service as it ships, in a process of its own.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServiceProcess(Process process, HttpClient http) => (_process, Http) = (process, http);

    public HttpClient Http { get; }

    /// <summary>The most memory it ever had resident, in MB, as Linux counts it (proc(5), VmHWM).</summary>
    public double PeakMegabytes()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Processor time of its own so far, seconds.</summary>
    public double ProcessorSeconds() => ProcessorTime.Of(_process.Id);

    /// <param name="resource">The name its database goes by: <c>controlsdb</c>.</param>
    public static async Task<ServiceProcess> StartAsync(string project, string resource, string database, string broker, string key)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, project + ".dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["ConnectionStrings__" + resource] = database;
        start.Environment["ConnectionStrings__broker"] = broker;
        start.Environment["Keys__Ops"] = key;
        start.Environment["Logging__LogLevel__Default"] = "Critical";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => { if (line.Data is { } text) Console.Error.WriteLine(text); };
        process.BeginOutputReadLine();
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(30) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await Eventually.SucceedsAsync(async () => (await http.GetAsync("/ready")).EnsureSuccessStatusCode(), TimeSpan.FromSeconds(60));
        return new ServiceProcess(process, http);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Http.Dispose();
    }

    internal static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
