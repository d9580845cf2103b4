using System.Globalization;
using System.Text;
using Chokepoint.LocalHosting.Servers;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Npgsql;

namespace Chokepoint.Testing.Servers;

/// <summary>The servers as containers of the images that the platform runs on, with <c>-p:Servers=containers</c>.</summary>
public sealed class ContainerServers : IServers
{
    private const ushort PostgresPort = 5432;
    private const ushort AmqpPort = 5672;
    private const ushort ManagementPort = 15672;

    private readonly string password = Secrets.New();
    private readonly IContainer postgres;
    private readonly IContainer broker;

    public ContainerServers()
    {
        postgres = new ContainerBuilder("postgres:17.6")
            .WithEnvironment("POSTGRES_PASSWORD", password)
            .WithPortBinding(PostgresPort, assignRandomHostPort: true)
            .WithCommand("-c", "fsync=off", "-c", "max_connections=300")
            .Build();
        broker = new ContainerBuilder("rabbitmq:4.2-management")
            .WithEnvironment("RABBITMQ_DEFAULT_USER", "guest")
            .WithEnvironment("RABBITMQ_DEFAULT_PASS", password)
            .WithPortBinding(AmqpPort, assignRandomHostPort: true)
            .WithPortBinding(ManagementPort, assignRandomHostPort: true)
            .Build();
    }

    internal string PostgresConnectionString => ConnectionString("postgres");

    internal string BrokerUri => string.Create(
        CultureInfo.InvariantCulture, $"amqp://guest:{password}@{broker.Hostname}:{broker.GetMappedPublicPort(AmqpPort)}");

    public Uri BrokerManagement => new(string.Create(
        CultureInfo.InvariantCulture, $"http://guest:{password}@{broker.Hostname}:{broker.GetMappedPublicPort(ManagementPort)}"));

    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(StartPostgresAsync(cancellationToken), StartBrokerAsync(cancellationToken));

    public async Task StartPostgresAsync(CancellationToken cancellationToken)
    {
        await postgres.StartAsync(cancellationToken);
        await Eventually.SucceedsAsync(() => ExecuteAsync("SELECT 1", cancellationToken), TimeSpan.FromSeconds(60));
    }

    public async Task StartBrokerAsync(CancellationToken cancellationToken)
    {
        await broker.StartAsync(cancellationToken);
        await Eventually.SucceedsAsync(
            async () => (await BrokerAdministration.SendAsync(HttpMethod.Get, BrokerManagement, "/api/health/checks/local-alarms", cancellationToken))
                .EnsureSuccessStatusCode(),
            TimeSpan.FromSeconds(60));
    }

    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"test_{Guid.NewGuid():n}";
        await ExecuteAsync($"CREATE DATABASE {name}", cancellationToken);
        return ConnectionString(name);
    }

    public async Task<string> CreateVirtualHostAsync(CancellationToken cancellationToken)
    {
        var name = await BrokerAdministration.CreateVirtualHostAsync(BrokerManagement, cancellationToken);
        return $"{BrokerUri}/{name}";
    }

    public Task StopBrokerAsync() => broker.StopAsync();

    // A container's first process is the server itself; the signal that it cannot refuse reaches it from inside only by its own runtime.
    public Task KillBrokerAsync() => SignalAsync(broker, "KILL");

    public Task FreezeBrokerAsync() => broker.PauseAsync();

    public Task ThawBrokerAsync() => broker.UnpauseAsync();

    public Task StopPostgresAsync() => postgres.StopAsync();

    // The kernel shields a container's first process from a SIGKILL of its own; SIGQUIT is Postgres's immediate shutdown, without a checkpoint.
    public Task KillPostgresAsync() => SignalAsync(postgres, "QUIT");

    public async ValueTask DisposeAsync()
    {
        await broker.DisposeAsync();
        await postgres.DisposeAsync();
    }

    private static async Task SignalAsync(IContainer container, string signal)
    {
        var command = signal == "KILL" ? "kill -KILL $(pidof beam.smp)" : $"kill -{signal} 1";
        await container.ExecAsync(["/bin/sh", "-c", command]);
        await Eventually.IsTrueAsync(() => container.State != TestcontainersStates.Running, TimeSpan.FromSeconds(20));
    }

    private string ConnectionString(string database) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"Host={postgres.Hostname};Port={postgres.GetMappedPublicPort(PostgresPort)};")
        .Append(CultureInfo.InvariantCulture, $"Username=postgres;Password={password};Database={database}")
        .ToString();

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
