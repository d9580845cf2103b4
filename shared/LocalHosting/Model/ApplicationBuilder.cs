using System.Reflection;
using Chokepoint.LocalHosting.Engine;
using Microsoft.Extensions.Configuration;

namespace Chokepoint.LocalHosting.Model;

internal sealed class ApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly List<Resource> resources = [];

    public ApplicationBuilder(string[] args)
    {
        Configuration.AddEnvironmentVariables();
        Configuration.AddCommandLine(Spelled(args));
        AppHostDirectory = Assembly.GetEntryAssembly()?.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == "apphostprojectpath")?.Value ?? Directory.GetCurrentDirectory();
    }

    public ConfigurationManager Configuration { get; } = new();

    public string AppHostDirectory { get; }

    public IResourceBuilder<T> Add<T>(T resource)
        where T : Resource
    {
        if (resources.Exists(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new InvalidOperationException($"Two resources are called {resource.Name}.");
        }
        resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    public DistributedApplication Build() => new(new PlatformEngine([.. resources], PlatformSettings.Read(Configuration, AppHostDirectory), Configuration));

    // What people type, in the form that configuration reads; Aspire's own builder reads the environment's names alone.
    private static string[] Spelled(string[] args)
    {
        var spelled = new List<string>();
        foreach (var arg in args)
        {
            spelled.Add(arg switch
            {
                "--fresh" => "--PLATFORM_FRESH=true",
                "--replicas" => "--PLATFORM_REPLICAS",
                _ when arg.StartsWith("--replicas=", StringComparison.Ordinal) => $"--PLATFORM_REPLICAS={arg["--replicas=".Length..]}",
                _ => arg,
            });
        }
        return [.. spelled];
    }
}
