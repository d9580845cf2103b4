using System.Globalization;
using System.Runtime.InteropServices;
using Chokepoint.LocalHosting.Model;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.LocalHosting.Servers;
using Microsoft.Extensions.Configuration;

namespace Chokepoint.LocalHosting.Engine;

/// <summary>Runs a model as processes: starts in the order of who waits for whom, side by side where nobody waits, and stops in reverse.</summary>
internal sealed class PlatformEngine(IReadOnlyList<Resource> model, PlatformSettings settings, IConfiguration configuration) : IAsyncDisposable
{
    private readonly PlatformConsole console = new(Console.Out);
    private readonly List<Runner> runners = [];
    private readonly List<string> madeSecrets = [];
    private readonly Dictionary<ProjectResource, (int Number, IDisposable Held)[]> ports = [];
    private DataFolder? folder;
    private Dashboard? dashboard;

    /// <summary>Returns when every resource is healthy.</summary>
    /// <exception cref="LocalHostingException">The platform cannot start; the message says why and what to do.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        HoldPorts();
        folder = await DataFolder.OpenAsync(settings, console, cancellationToken);
        dashboard = BeginDashboard(folder);
        var context = new EngineContext(console, folder, dashboard, settings.TelemetryEndpoint ?? dashboard?.TelemetryEndpoint.GetLeftPart(UriPartial.Authority));
        foreach (var parameter in model.OfType<ParameterResource>()) context.Parameters[parameter] = await ValueOfAsync(parameter, cancellationToken);
        AddRunners(context);
        foreach (var runner in runners) runner.Begin(HealthyAsync);
        await AllReadyAsync(cancellationToken);
        AnnounceReady(context);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        try
        {
            await StartAsync(ending.Token);
            await Task.Delay(Timeout.Infinite, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            console.Announce("Stopping.");
        }
        catch (LocalHostingException e)
        {
            console.Announce(e.Message);
            Environment.ExitCode = 1;
        }
        finally
        {
            await StopAsync();
        }
        console.Announce("Stopped.");

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ending.Cancel();
        }
    }

    /// <summary>Services first, those that nobody refers to before those that others call; then the servers together.</summary>
    public async Task StopAsync()
    {
        var projects = runners.OfType<ProjectRunner>().ToArray();
        var doors = projects.Where(door => !projects.Any(other => other.Resource.References.Exists(to => to.Source == door.Resource))).ToArray();
        await Task.WhenAll(doors.Select(runner => runner.StopAsync()));
        await Task.WhenAll(projects.Except(doors).Select(runner => runner.StopAsync()));
        await Task.WhenAll([.. runners.Except(projects).Select(runner => runner.StopAsync()), dashboard?.DisposeAsync().AsTask() ?? Task.CompletedTask]);
        foreach (var runner in runners) runner.Dispose();
        runners.Clear();
        foreach (var port in ports.Values.SelectMany(held => held)) port.Held.Dispose();
        ports.Clear();
        dashboard = null;
        if (folder is null) return;
        if (folder.Processes.Living() is { Count: > 0 } left) console.Announce($"Still running, to be ended at the next start: {string.Join(", ", left)}.");
        else folder.Processes.Clear();
        folder.Dispose();
        folder = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static LocalHostingException TakenPort(ProjectResource project, int port) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"Port {port}, where {project.Name} is to listen, is taken: end what listens there, or choose another port with PLATFORM_PORT."));

    private void AddRunners(EngineContext context)
    {
        foreach (var resource in model)
        {
            switch (resource)
            {
                case PostgresServerResource postgres:
                    runners.Add(new PostgresRunner(postgres, context));
                    break;
                case RabbitMQServerResource broker:
                    runners.Add(new BrokerRunner(broker, context));
                    break;
                case ProjectResource project:
                    context.Addresses[project] = [.. ports[project].Select(port => AddressOf(project, port.Number))];
                    runners.AddRange(ports[project].Select(
                        (port, replica) => new ProjectRunner(project, replica, context.Addresses[project][replica], port.Held, context)));
                    break;
            }
        }
    }

    // The first that fails for good ends the start, whatever the others still wait for.
    private async Task AllReadyAsync(CancellationToken cancellationToken)
    {
        var waiting = runners.Select(runner => runner.Ready).ToList();
        while (waiting.Count > 0)
        {
            var first = await Task.WhenAny(waiting).WaitAsync(cancellationToken);
            await first;
            waiting.Remove(first);
        }
    }

    // All ports before anything starts: the services come up last, and until then nobody else may take what was promised to them.
    private void HoldPorts()
    {
        foreach (var project in model.OfType<ProjectResource>().OrderBy(project => project.Endpoint?.Port is null))
        {
            ports[project] = [.. Enumerable.Range(0, project.Replicas).Select(_ => HoldPort(project))];
        }
    }

    private static (int Number, IDisposable Held) HoldPort(ProjectResource project)
    {
        if (project.Endpoint?.Port is { } fixedPort) return (fixedPort, FreePorts.Hold(fixedPort) ?? throw TakenPort(project, fixedPort));
        while (true)
        {
            var port = FreePorts.Next();
            if (FreePorts.Hold(port) is { } held) return (port, held);
        }
    }

    private static Uri AddressOf(ProjectResource project, int port) =>
        new(string.Create(CultureInfo.InvariantCulture, $"http://{(project.Endpoint?.IsExternal == true ? "localhost" : "127.0.0.1")}:{port}"));

    private Task HealthyAsync(IResource resource)
    {
        var awaited = resource is PostgresDatabaseResource database ? database.Server : resource;
        return Task.WhenAll(runners.Where(runner => runner.Resource == awaited).Select(runner => runner.Ready));
    }

    private async Task<string> ValueOfAsync(ParameterResource parameter, CancellationToken cancellationToken)
    {
        if (configuration[$"Parameters:{parameter.Name}"] is { Length: > 0 } given) return given;
        if (!parameter.IsSecret) throw new LocalHostingException($"The parameter {parameter.Name} has no value: set Parameters__{parameter.Name} in the environment.");
        var (secret, _) = await Secrets.GetOrCreateAsync(folder!.File(parameter.Name), cancellationToken);
        madeSecrets.Add($"{parameter.Name}: {secret}");
        return secret;
    }

    private Dashboard? BeginDashboard(DataFolder opened)
    {
        if (!settings.Dashboard || settings.TelemetryEndpoint is not null) return null;
        if (Dashboard.Impossible is { } reason)
        {
            console.Announce($"The Aspire Dashboard is not available: {reason}. The platform runs without it.");
            return null;
        }
        var begun = new Dashboard(console, opened.Processes);
        begun.Begin();
        return begun;
    }

    private void AnnounceReady(EngineContext context)
    {
        var door = model.OfType<ProjectResource>().FirstOrDefault(project => project.Endpoint?.IsExternal == true);
        foreach (var secret in madeSecrets) console.Announce($"Made for this data folder, {secret}");
        if (dashboard is not null) console.Announce(dashboard.Status);
        console.Announce(door is null ? "Platform ready" : $"Platform ready: {context.Addresses[door][0].GetLeftPart(UriPartial.Authority)}");
    }
}
