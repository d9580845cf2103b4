using Microsoft.Extensions.Configuration;

namespace Chokepoint.LocalHosting.Model;

/// <summary>Collects the resources of the platform.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>The environment and the command line.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>The folder of the AppHost project.</summary>
    string AppHostDirectory { get; }

    DistributedApplication Build();
}

/// <summary>Says more about one resource. Covariant, so that a builder of a project serves where one of any resource is asked for.</summary>
public interface IResourceBuilder<out T>
    where T : IResource
{
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    T Resource { get; }
}

internal sealed record ResourceBuilder<T>(IDistributedApplicationBuilder ApplicationBuilder, T Resource) : IResourceBuilder<T>
    where T : IResource;
