using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Chokepoint.LocalHosting.Processes;
using Xunit.Sdk;

namespace Chokepoint.Testing.Platforms;

/// <summary>How to start a <see cref="PlatformProcess"/>.</summary>
public sealed record PlatformOptions
{
    /// <summary>Null takes a new one, which goes away with the platform.</summary>
    public string? DataFolder { get; init; }

    public int Replicas { get; init; } = 1;

    /// <summary>Null starts with the key <c>test-ops-key</c>; an empty string lets the platform make one.</summary>
    public string? OpsKey { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>
/// The whole platform, started as <c>./run</c> starts it: the AppHost on the local engine, with its own servers, data and port.
/// The test project builds it by a <c>ProjectReference</c> to AppHost with <c>ReferenceOutputAssembly="false"</c>.
/// </summary>
public sealed class PlatformProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StoppedWithin = TimeSpan.FromSeconds(15);

    private readonly ConcurrentQueue<string> output = new();
    private readonly bool ownsData;
    private readonly HttpClient client;
    private ChildProcess process = null!;

    private PlatformProcess(PlatformOptions options, int port)
    {
        ownsData = options.DataFolder is null;
        DataFolder = options.DataFolder ?? Path.Combine(Path.GetTempPath(), $"chokepoint-platform-{Guid.NewGuid():n}");
        OpsKey = options.OpsKey ?? "test-ops-key";
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"));
        client = ClientWith(OpsKey);
    }

    public Uri Address { get; }

    public string DataFolder { get; }

    public string OpsKey { get; }

    /// <summary>Over the gateway, with the operations key.</summary>
    public HttpClient Client => client;

    public ChildProcess Process => process;

    public IReadOnlyList<string> Output => [.. output];

    /// <summary>Returns when the platform has said that it is ready; fails with its output when it has not in time.</summary>
    public static async Task<PlatformProcess> StartAsync(PlatformOptions? options = null)
    {
        var platform = await LaunchAsync(options ?? new PlatformOptions());
        try
        {
            await platform.SaysAsync("Platform ready:", ReadyWithin);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it and does not wait.</summary>
    public static Task<PlatformProcess> LaunchAsync(PlatformOptions options)
    {
        var port = FreePorts.Next();
        var platform = new PlatformProcess(options, port);
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["PLATFORM_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["PLATFORM_DATA"] = platform.DataFolder,
            ["PLATFORM_OPS_KEY"] = platform.OpsKey,
            ["PLATFORM_REPLICAS"] = options.Replicas.ToString(CultureInfo.InvariantCulture),
            ["PLATFORM_DASHBOARD"] = "off",
            ["PLATFORM_FRESH"] = null,
            ["PLATFORM_REGISTRY"] = "empty", // what ships moves with its dates, and would hide what a test posts
        };
        foreach (var (name, value) in options.Environment) environment[name] = value;
        // As ./run does: a shell that put the tests in the background leaves SIGINT ignored, and .NET honours that.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet", Repository.AppHost] : ["dotnet", Repository.AppHost];
        platform.process = ChildProcess.Start(new ChildProcessStart("platform", command[0], command[1..])
        {
            WorkingDirectory = Repository.Root,
            Environment = environment,
            OnOutput = platform.output.Enqueue,
        });
        return Task.FromResult(platform);
    }

    public HttpClient ClientWith(string? key)
    {
        var made = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = Address };
        if (!string.IsNullOrEmpty(key)) made.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return made;
    }

    /// <summary>Waits for a line of output that holds some text, and returns it.</summary>
    public async Task<string> SaysAsync(string text, TimeSpan within)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            if (output.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } said) return said;
            if (process.HasExited || Stopwatch.GetElapsedTime(since) > within)
            {
                var state = process.HasExited ? "It has ended." : $"Not within {within}.";
                throw new XunitException($"The platform did not say '{text}'. {state} Its last output:\n{string.Join('\n', output.TakeLast(40))}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>The running process of a resource, by the name it has in the output: <c>risk</c>, <c>risk-1</c>, <c>Postgres</c>, <c>RabbitMQ</c>.</summary>
    public ProcessIdentity Find(string name) =>
        Recorded().Where(entry => entry.Name == name).Select(entry => entry.Process).LastOrDefault(identity => identity.IsAlive())
        ?? throw new XunitException($"No process of {name} is running.");

    /// <summary>Every service and server that lives, by its name in the output.</summary>
    public IReadOnlyList<(string Name, ProcessIdentity Process)> Running => [.. Recorded().Where(entry => entry.Process.IsAlive())];

    /// <summary>Ends a resource's process as a crash would; the engine starts it again unless it is held.</summary>
    public void Kill(string name) => Signal.Send(Find(name).Id, Signal.Kill);

    /// <summary>Keeps a resource from being started again (<c>broker</c>, <c>postgres</c>, <c>risk</c>) until <see cref="Release"/>.</summary>
    public void Hold(string resource)
    {
        Directory.CreateDirectory(Path.Combine(DataFolder, "hold"));
        File.WriteAllText(Path.Combine(DataFolder, "hold", resource), "");
    }

    public void Release(string resource) => File.Delete(Path.Combine(DataFolder, "hold", resource));

    /// <summary>SIGINT; fails when anything of the platform is left 15 seconds later. Returns how long it took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var started = Recorded().Select(entry => entry.Process).ToArray();
        var since = Stopwatch.GetTimestamp();
        process.Send(Signal.Interrupt);
        using var deadline = new CancellationTokenSource(StoppedWithin + TimeSpan.FromSeconds(15));
        await process.WaitForExitAsync(deadline.Token);
        var took = Stopwatch.GetElapsedTime(since);
        if (took > StoppedWithin) throw new XunitException($"The platform took {took} to stop.\n{string.Join('\n', output.TakeLast(20))}");
        var left = started.Where(identity => ProcessIdentity.InSession(identity.Id).Count > 0).ToArray();
        if (left.Length > 0) throw new XunitException($"The platform left processes behind: {string.Join(", ", left.Select(identity => identity.Id))}");
        return took;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await process.StopAsync(StoppedWithin + TimeSpan.FromSeconds(15), Signal.Interrupt);
        await process.DisposeAsync();
        if (!ownsData) return;
        LocalHosting.Servers.PostgresProcess.DeleteData(DataFolder);
        if (Directory.Exists(DataFolder)) Directory.Delete(DataFolder, recursive: true);
    }

    private IReadOnlyList<(string Name, ProcessIdentity Process)> Recorded()
    {
        var file = Path.Combine(DataFolder, "processes.json");
        if (!File.Exists(file)) return [];
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        return [.. json.RootElement.EnumerateArray().Select(entry => (
            entry.GetProperty("Name").GetString()!,
            new ProcessIdentity(entry.GetProperty("Id").GetInt32(), entry.GetProperty("Started").GetInt64())))];
    }
}
