using System.Globalization;
using Chokepoint.LocalHosting.Processes;

namespace Chokepoint.LocalHosting.Engine;

/// <summary>
/// The Aspire Dashboard, from the npm package that carries it: fetched once per user and version, in the background; the platform
/// neither waits for it nor fails without it.
/// </summary>
internal sealed class Dashboard(PlatformConsole console, ProcessRecord processes) : IAsyncDisposable
{
    private const string Package = "@microsoft/aspire-cli-linux-x64";
    private const string Version = "13.5.4";
    private const int UsualPort = 18888;

    private static string Cache { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "chokepoint",
        $"aspire-{Version}");

    private readonly CancellationTokenSource stopping = new();
    private ChildProcess? process;
    private Task<bool> running = Task.FromResult(false);

    public Uri Address { get; } = Loopback(FreePorts.IsFree(UsualPort) ? UsualPort : FreePorts.Next());

    /// <summary>Where it takes telemetry by gRPC.</summary>
    public Uri TelemetryEndpoint { get; } = Loopback(FreePorts.Next());

    /// <summary>Why there can be none on this machine; null when there can.</summary>
    public static string? Impossible { get; } =
        !OperatingSystem.IsLinux() || System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64
            ? "its package is for Linux on x64"
            : Find() is null && !OnPath("npm") ? "npm is not installed to fetch it with" : null;

    public void Begin() => running = RunAsync();

    /// <summary>A sentence for the ready line.</summary>
    public string Status => running switch
    {
        { IsCompletedSuccessfully: true, Result: true } => $"Aspire Dashboard: {Address}",
        { IsCompleted: true } => "Aspire Dashboard: not running (see above)",
        _ => $"Aspire Dashboard: still being fetched, then at {Address}",
    };

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        if (process is not null)
        {
            await process.StopAsync(TimeSpan.FromSeconds(3));
            await process.DisposeAsync();
        }
        stopping.Dispose();
    }

    private static Uri Loopback(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"));

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string? Find() => !Directory.Exists(Path.Combine(Cache, "versions"))
        ? null
        : Directory.EnumerateDirectories(Path.Combine(Cache, "versions")).Select(folder => Path.Combine(folder, "managed", "aspire-managed")).FirstOrDefault(File.Exists);

    private async Task<bool> RunAsync()
    {
        try
        {
            var program = Find() ?? await FetchAsync(stopping.Token);
            process = ChildProcess.Start(new ChildProcessStart("dashboard", program, ["dashboard"])
            {
                Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["ASPNETCORE_URLS"] = Address.GetLeftPart(UriPartial.Authority),
                    ["ASPNETCORE_ENVIRONMENT"] = "Production",
                    ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = TelemetryEndpoint.GetLeftPart(UriPartial.Authority),
                    ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = Loopback(FreePorts.Next()).GetLeftPart(UriPartial.Authority),
                    ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = null, // of `dotnet run`: nobody answers there, and it would not start without a key for it
                    ["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"] = "true", // on loopback, of data that this user's processes send
                    ["ASPIRE_DASHBOARD_TELEMETRY_OPTOUT"] = "true",
                    ["Logging__LogLevel__Default"] = "Warning",
                },
                OnOutput = line => console.Line("dashboard", line),
            });
            processes.Add(process);
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (e is LocalHostingException or IOException or UnauthorizedAccessException)
        {
            console.Announce($"The Aspire Dashboard is not available: {e.Message.ReplaceLineEndings(" ")}. The platform runs without it.");
            return false;
        }
    }

    private static async Task<string> FetchAsync(CancellationToken cancellationToken)
    {
        var work = Cache + "-" + Guid.NewGuid().ToString("n");
        Directory.CreateDirectory(work);
        try
        {
            await RunAsync("npm", ["install", "--prefix", work, "--no-save", "--no-audit", "--no-fund", "--silent", $"{Package}@{Version}"], work, cancellationToken);
            // It unpacks itself beside its own folder bin; with an --install-path it unpacks there, then fails to find itself.
            var unpacked = Path.Combine(work, "node_modules", Package);
            await RunAsync(Path.Combine(unpacked, "bin", "aspire"), ["setup", "--non-interactive"], work, cancellationToken);
            Directory.Delete(Path.Combine(unpacked, "bin"), recursive: true);
            // Two platforms may fetch at once: whoever comes second uses what the first has put there.
            if (!Directory.Exists(Cache)) Directory.Move(unpacked, Cache);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
        return Find() ?? throw new LocalHostingException($"{Package} {Version} does not hold it");
    }

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments, string home, CancellationToken cancellationToken)
    {
        var start = new ChildProcessStart(program, program, arguments)
        {
            WorkingDirectory = home,
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "true",
                ["NO_COLOR"] = "1",
                ["HOME"] = program == "npm" ? Environment.GetEnvironmentVariable("HOME") : home, // the tool leaves logs and an id in it
            },
        };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(3));
        try
        {
            var (exitCode, output) = await ChildProcess.RunAsync(start, deadline.Token);
            if (exitCode != 0) throw new LocalHostingException($"{Path.GetFileName(program)} could not fetch {Package} {Version} ({output.Split('\n').LastOrDefault("no output")})");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LocalHostingException($"{Path.GetFileName(program)} took more than three minutes to fetch {Package} {Version}", e);
        }
    }
}
