namespace Chokepoint.LocalHosting.Model;

public static class ProjectResourceBuilderExtensions
{
    /// <param name="builder">The platform's builder.</param>
    /// <param name="name">The resource's name, under which others find it.</param>
    /// <param name="launchProfileName">Null, by name: launch profiles are not read here, and the environment is set in code.</param>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => launchProfileName is null
            ? ((ApplicationBuilder)builder).Add(new ProjectResource(name, new TProject()))
            : throw new NotSupportedException($"The local engine reads no launch profiles: give {name} launchProfileName: null.");

    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        builder.Resource.Replicas = replicas;
        return builder;
    }
}

public static class ParameterResourceBuilderExtensions
{
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        ((ApplicationBuilder)builder).Add(new ParameterResource(name, secret));
}
