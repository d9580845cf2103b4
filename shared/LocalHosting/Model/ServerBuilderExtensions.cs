namespace Chokepoint.LocalHosting.Model;

public static class ContainerResourceBuilderExtensions
{
    /// <summary>Which image Aspire takes; here the machine's own installation is run.</summary>
    public static IResourceBuilder<T> WithImageTag<T>(this IResourceBuilder<T> builder, string tag)
        where T : ContainerResource => builder;
}

public static class PostgresBuilderExtensions
{
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        Credentials.MustBeLeftToTheEngine(name, userName, password);
        return ((ApplicationBuilder)builder).Add(new PostgresServerResource(name, port));
    }

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.Databases.Add(database);
        return ((ApplicationBuilder)builder.ApplicationBuilder).Add(database);
    }

    /// <summary>The data is kept in any case, under the platform's data folder.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) => builder;
}

public static class RabbitMQBuilderExtensions
{
    public static IResourceBuilder<RabbitMQServerResource> AddRabbitMQ(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        Credentials.MustBeLeftToTheEngine(name, userName, password);
        return ((ApplicationBuilder)builder).Add(new RabbitMQServerResource(name, port));
    }

    /// <summary>The data is kept in any case, under the platform's data folder.</summary>
    public static IResourceBuilder<RabbitMQServerResource> WithDataVolume(
        this IResourceBuilder<RabbitMQServerResource> builder, string? name = null, bool isReadOnly = false) => builder;

    public static IResourceBuilder<RabbitMQServerResource> WithManagementPlugin(this IResourceBuilder<RabbitMQServerResource> builder)
    {
        builder.Resource.HasManagement = true;
        return builder;
    }
}

internal static class Credentials
{
    public static void MustBeLeftToTheEngine(
        string name, IResourceBuilder<ParameterResource>? userName, IResourceBuilder<ParameterResource>? password)
    {
        if (userName is null && password is null) return;
        throw new NotSupportedException($"The local engine makes the user and password of {name} itself: leave both out.");
    }
}
