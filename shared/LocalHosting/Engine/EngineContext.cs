using System.Collections.Concurrent;
using Chokepoint.LocalHosting.Model;

namespace Chokepoint.LocalHosting.Engine;

/// <summary>What the runners share.</summary>
internal sealed record EngineContext(PlatformConsole Console, DataFolder Folder, Dashboard? Dashboard, string? TelemetryEndpoint)
{
    /// <summary>Secrets and settings by parameter.</summary>
    public Dictionary<IResource, string> Parameters { get; } = [];

    /// <summary>Known once the server runs, which whoever refers to it waits for.</summary>
    public ConcurrentDictionary<IResource, Func<string>> ConnectionStrings { get; } = [];

    /// <summary>The addresses of each project's replicas.</summary>
    public Dictionary<IResource, IReadOnlyList<Uri>> Addresses { get; } = [];
}
