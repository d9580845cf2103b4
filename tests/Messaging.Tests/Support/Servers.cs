using Npgsql;
using RabbitMQ.Client;

namespace Chokepoint.Messaging.Tests.Support;

public sealed class Servers
{
    private static int _databases;
    public string Broker { get; } = Environment.GetEnvironmentVariable("TEST_BROKER")!;
    private static string Postgres => Environment.GetEnvironmentVariable("TEST_POSTGRES")!;

    /// <summary>A new, empty database.</summary>
    public static async Task<string> DatabaseAsync()
    {
        var name = $"t{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        await using var source = NpgsqlDataSource.Create(Postgres);
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(Postgres) { Database = name }.ConnectionString;
    }

    public async Task<IConnection> ConnectAsync() => await new ConnectionFactory { Uri = new Uri(Broker) }.CreateConnectionAsync();
}
