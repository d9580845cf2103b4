using Npgsql;

namespace Chokepoint.Testing.Servers;

/// <summary>Servers that somebody else started and ends: <c>./test</c> runs one pair for all assemblies. They cannot be broken.</summary>
internal sealed class SharedServers(string postgres, Uri broker, Uri management) : IServers
{
    public const string PostgresVariable = "CHOKEPOINT_TEST_POSTGRES";
    public const string BrokerVariable = "CHOKEPOINT_TEST_BROKER";
    public const string ManagementVariable = "CHOKEPOINT_TEST_BROKER_MANAGEMENT";

    public Uri BrokerManagement => management;

    public static SharedServers? FromEnvironment() =>
        Environment.GetEnvironmentVariable(PostgresVariable) is { Length: > 0 } postgres
        && Environment.GetEnvironmentVariable(BrokerVariable) is { Length: > 0 } broker
        && Environment.GetEnvironmentVariable(ManagementVariable) is { Length: > 0 } management
            ? new SharedServers(postgres, new Uri(broker), new Uri(management))
            : null;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"test_{Guid.NewGuid():n}";
        await using var connection = new NpgsqlConnection(postgres + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
        return new NpgsqlConnectionStringBuilder(postgres) { Database = name }.ConnectionString;
    }

    public async Task<string> CreateVirtualHostAsync(CancellationToken cancellationToken)
    {
        var name = await BrokerAdministration.CreateVirtualHostAsync(management, cancellationToken);
        return $"amqp://{broker.UserInfo}@{broker.Authority}/{name}";
    }

    public Task StartBrokerAsync(CancellationToken cancellationToken) => throw Shared();

    public Task StopBrokerAsync() => throw Shared();

    public Task KillBrokerAsync() => throw Shared();

    public Task FreezeBrokerAsync() => throw Shared();

    public Task ThawBrokerAsync() => throw Shared();

    public Task StartPostgresAsync(CancellationToken cancellationToken) => throw Shared();

    public Task StopPostgresAsync() => throw Shared();

    public Task KillPostgresAsync() => throw Shared();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static InvalidOperationException Shared() =>
        new("These servers are shared with other tests. A test that breaks servers starts its own: await ServersFixture.StartOwnAsync().");
}
