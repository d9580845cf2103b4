using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Chokepoint.Testing;

namespace Chokepoint.ExportControls.Tests.Support;

/// <summary>The service as a process of its own, to be killed; its database and broker outlive it.</summary>
internal sealed class ControlsProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ControlsProcess(Process process) => _process = process;

    /// <summary>Started, and ready unless it is killed before.</summary>
    public static async Task<ControlsProcess> StartAsync(string database, string broker, params (string Name, string Value)[] settings)
    {
        var address = $"http://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ExportControls.dll")]) { WorkingDirectory = AppContext.BaseDirectory };
        (string, string)[] all =
        [
            ("ASPNETCORE_URLS", address), ("ConnectionStrings__controlsdb", database), ("ConnectionStrings__broker", broker), ("Keys__Ops", ControlsApp.OpsKey),
            ("Registry__BuiltIn", "false"), ("Logging__LogLevel__Default", "None"), .. settings.Select(s => (s.Name.Replace(":", "__", StringComparison.Ordinal), s.Value)),
        ];
        foreach (var (name, value) in all) start.Environment[name] = value;
        var service = new ControlsProcess(Process.Start(start)!);
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        await Eventually.IsTrueAsync(
            async () => service._process.HasExited || await AnswersAsync(http), TimeSpan.FromSeconds(120));
        return service;
    }

    /// <summary>SIGKILL: nothing is put in order first.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync("/ready")).StatusCode is HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
