using Chokepoint.LocalHosting.Engine;

namespace Chokepoint.LocalHosting.Model;

/// <summary>Calls that hold for several kinds of resources. Names, parameters and defaults are Aspire's.</summary>
public static class ResourceBuilderExtensions
{
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment => builder.Change(resource => resource.Environment.Add(new(name, value ?? "", null)));

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : IResourceWithEnvironment => builder.Change(resource => resource.Environment.Add(new(name, null, parameter.Resource)));

    /// <summary>Injects <c>ConnectionStrings__name</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null,
        bool optional = false)
        where TDestination : IResourceWithEnvironment =>
        builder.Change(resource => resource.References.Add(new(source.Resource, connectionName ?? source.Resource.Name)));

    /// <summary>Injects <c>services__name__http__0</c>, and <c>__1</c> and so on for its replicas.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment =>
        builder.Change(resource => resource.References.Add(new(source.Resource, source.Resource.Name)));

    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null, bool? isProxied = null)
        where T : IResourceWithEndpoints => builder.Change(resource => resource.Endpoint = new Endpoint(name ?? "http", port ?? targetPort));

    /// <summary>Everything this engine starts listens on loopback alone; an external endpoint is one that people call.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints =>
        builder.Change(resource => resource.Endpoint = (resource.Endpoint ?? new Endpoint("http", null)) with { IsExternal = true });

    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints => builder.Change(resource => resource.HealthCheck = new HealthCheck(path ?? "/", statusCode ?? 200));

    /// <summary>Starts the resource only when another is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Change(resource => resource.WaitsFor.Add(dependency.Resource));

    private static IResourceBuilder<T> Change<T>(this IResourceBuilder<T> builder, Action<Resource> change)
        where T : IResource
    {
        change((Resource)(object)builder.Resource);
        return builder;
    }
}
