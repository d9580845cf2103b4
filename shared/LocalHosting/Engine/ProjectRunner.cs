using System.Globalization;
using Chokepoint.LocalHosting.Model;
using Chokepoint.LocalHosting.Processes;

namespace Chokepoint.LocalHosting.Engine;

/// <summary>One replica of a service: <c>dotnet Service.dll</c>, healthy when its health check answers.</summary>
internal sealed class ProjectRunner(ProjectResource resource, int replica, Uri address, IDisposable heldPort, EngineContext context)
    : Runner(resource, resource.Replicas == 1 ? resource.Name : string.Create(CultureInfo.InvariantCulture, $"{resource.Name}-{replica}"), context)
{
    /// <summary>Less than a service takes for itself (10 s), since all together are to be gone within 15; what is cut off then is not lost.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(6);

    /// <summary>Keeps no connection, for which a service that is asked to end would wait.</summary>
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(5),
        DefaultRequestHeaders = { ConnectionClose = true },
    };

    private ChildProcess? process;

    protected override bool FailsForGood => false;

    protected override ChildProcess? Process => process;

    protected override async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        if (process is not null) await process.DisposeAsync();
        heldPort.Dispose();
        process = ChildProcess.Start(new ChildProcessStart(Name, DotnetHost.Path, [((IBuiltProject)resource.Project).TargetPath])
        {
            WorkingDirectory = Path.GetDirectoryName(resource.Project.ProjectPath),
            Environment = ServiceEnvironment.Of(resource, Name, address, Context),
            OnOutput = line => Context.Console.Line(Name, line),
        });
        Context.Folder.Processes.Add(process);
        return await HealthyAsync(process, cancellationToken);
    }

    protected override async Task EndAsync()
    {
        if (process is null) return;
        await process.StopAsync(StopGrace);
        await process.DisposeAsync();
    }

    private async Task<bool> HealthyAsync(ChildProcess started, CancellationToken cancellationToken)
    {
        if (resource.HealthCheck is not { } check) return true;
        var url = new Uri(address, check.Path);
        while (!started.HasExited)
        {
            try
            {
                using var answer = await Http.GetAsync(url, cancellationToken);
                if ((int)answer.StatusCode == check.StatusCode) return true;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // Not there yet.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
        return false;
    }
}
