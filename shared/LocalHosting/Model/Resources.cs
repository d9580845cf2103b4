using Chokepoint.LocalHosting.Engine;

namespace Chokepoint.LocalHosting.Model;

/// <summary>A part of the platform: a server, a database, a service, a parameter.</summary>
public interface IResource
{
    string Name { get; }
}

public interface IResourceWithEnvironment : IResource;

public interface IResourceWithConnectionString : IResource;

public interface IResourceWithEndpoints : IResource;

public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

public interface IResourceWithWaitSupport : IResource;

public abstract class Resource : IResource
{
    private protected Resource(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    public string Name { get; }

    internal List<EnvironmentVariable> Environment { get; } = [];

    internal List<Reference> References { get; } = [];

    internal List<IResource> WaitsFor { get; } = [];

    internal Endpoint? Endpoint { get; set; }

    internal HealthCheck? HealthCheck { get; set; }
}

/// <summary>A value given from outside: by configuration as <c>Parameters:name</c>, or, where it is secret and absent, made and kept.</summary>
public class ParameterResource : Resource
{
    internal ParameterResource(string name, bool secret)
        : base(name) => IsSecret = secret;

    internal bool IsSecret { get; }
}

/// <summary>What Aspire runs as a container, and this engine as a process.</summary>
public class ContainerResource : Resource, IResourceWithEnvironment, IResourceWithEndpoints, IResourceWithWaitSupport
{
    private protected ContainerResource(string name, int? port)
        : base(name) => Port = port;

    internal int? Port { get; }
}

public class PostgresServerResource : ContainerResource, IResourceWithConnectionString
{
    internal PostgresServerResource(string name, int? port)
        : base(name, port)
    {
    }

    internal List<PostgresDatabaseResource> Databases { get; } = [];
}

public class PostgresDatabaseResource : Resource, IResourceWithConnectionString
{
    internal PostgresDatabaseResource(string name, string databaseName, PostgresServerResource server)
        : base(name)
    {
        DatabaseName = databaseName;
        Server = server;
    }

    internal string DatabaseName { get; }

    internal PostgresServerResource Server { get; }
}

public class RabbitMQServerResource : ContainerResource, IResourceWithConnectionString
{
    internal RabbitMQServerResource(string name, int? port)
        : base(name, port)
    {
    }

    internal bool HasManagement { get; set; }
}

public class ProjectResource : Resource, IResourceWithEnvironment, IResourceWithServiceDiscovery, IResourceWithWaitSupport
{
    internal ProjectResource(string name, IProjectMetadata project)
        : base(name) => Project = project;

    internal IProjectMetadata Project { get; }

    internal int Replicas { get; set; } = 1;
}

/// <summary>A project of the solution; <c>Projects.*</c> implement it, generated when AppHost is built.</summary>
public interface IProjectMetadata
{
    /// <summary>The full path of the project file.</summary>
    string ProjectPath { get; }
}
