using Xunit;

namespace Chokepoint.Testing.Servers;

/// <summary>
/// One Postgres and one RabbitMQ for a test assembly, by <c>[assembly: AssemblyFixture(typeof(ServersFixture))]</c>; a test class
/// takes it in its constructor. Each class (or test) asks for a database and a broker address of its own.
/// </summary>
/// <remarks>
/// They are shared by classes that run side by side: a test that stops, kills or freezes a server starts its own pair with
/// <see cref="StartOwnAsync"/>.
/// </remarks>
public sealed class ServersFixture : IAsyncLifetime
{
    private readonly IServers servers = SharedServers.FromEnvironment() is { } shared ? shared : New();

    /// <summary>RabbitMQ's management HTTP API, for what AMQP cannot tell: <see cref="BrokerAdministration.SendAsync"/>.</summary>
    public Uri BrokerManagement => servers.BrokerManagement;

    /// <summary>A pair of servers that nobody else uses; dispose of it.</summary>
    public static async Task<IServers> StartOwnAsync(CancellationToken cancellationToken = default)
    {
        var own = New();
        await own.StartAsync(cancellationToken);
        return own;
    }

    /// <summary>The connection string of a new, empty database, as a service finds it in <c>ConnectionStrings:…</c>.</summary>
    public Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default) => servers.CreateDatabaseAsync(cancellationToken);

    /// <summary>The <c>amqp://</c> URI of a new, empty virtual host, as a service finds it in <c>ConnectionStrings:broker</c>.</summary>
    public Task<string> CreateBrokerAsync(CancellationToken cancellationToken = default) => servers.CreateVirtualHostAsync(cancellationToken);

    public async ValueTask InitializeAsync() => await servers.StartAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => servers.DisposeAsync();

#if SERVERS_CONTAINERS
    private static ContainerServers New() => new();
#else
    private static NativeServers New() => new();
#endif
}
