using Chokepoint.LocalHosting.Engine;

namespace Chokepoint.LocalHosting.Model;

/// <summary>The platform, run by this engine as plain processes.</summary>
public class DistributedApplication : IDisposable, IAsyncDisposable
{
    private readonly PlatformEngine engine;

    internal DistributedApplication(PlatformEngine engine) => this.engine = engine;

    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new ApplicationBuilder(args);

    /// <summary>Starts every resource and returns when all are healthy.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default) => engine.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken = default) => engine.StopAsync();

    /// <summary>Runs until SIGINT, SIGTERM or <paramref name="cancellationToken"/>; then stops everything in reverse order.</summary>
    public Task RunAsync(CancellationToken cancellationToken = default) => engine.RunAsync(cancellationToken);

    public void Run() => RunAsync().GetAwaiter().GetResult();

    public void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
