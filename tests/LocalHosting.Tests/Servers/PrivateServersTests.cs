using Chokepoint.LocalHosting.Processes;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Npgsql;
using RabbitMQ.Client;

namespace Chokepoint.LocalHosting.Tests.Servers;

public sealed class PrivateServersTests(ServersFixture shared)
{
    [Fact]
    public async Task A_database_and_a_virtual_host_are_new_and_empty()
    {
        await using var connection = new NpgsqlConnection(await shared.CreateDatabaseAsync());
        await connection.OpenAsync();
        await using var tables = new NpgsqlCommand("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", connection);
        (await tables.ExecuteScalarAsync()).ShouldBe(0L);

        await using var broker = await ConnectAsync(await shared.CreateBrokerAsync());
        broker.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_stored_and_confirmed_is_there_after_both_servers_are_killed()
    {
        await using var servers = (NativeServers)await ServersFixture.StartOwnAsync();
        var database = await servers.CreateDatabaseAsync(default);
        var virtualHost = await servers.CreateVirtualHostAsync(default);
        await ExecuteAsync(database, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");
        // RabbitMQ's Raft library writes down that a new queue exists up to half a second after its declaration; a stop writes at once.
        await DeclareAsync(virtualHost, "kept");
        await servers.StopBrokerAsync();
        await servers.StartBrokerAsync(default);
        await PublishAsync(virtualHost, "kept");

        await servers.KillPostgresAsync();
        await servers.KillBrokerAsync();
        NpgsqlConnection.ClearAllPools();
        await servers.StartPostgresAsync(default);
        await servers.StartBrokerAsync(default);

        (await ExecuteAsync(database, "SELECT n FROM kept")).ShouldBe(42);
        await using var connection = await ConnectAsync(virtualHost);
        await using var channel = await connection.CreateChannelAsync();
        await Eventually.IsTrueAsync(async () => (await channel.QueueDeclarePassiveAsync("kept")).MessageCount == 1);
    }

    [Fact]
    public async Task Stopped_servers_leave_no_process()
    {
        await using var servers = (NativeServers)await ServersFixture.StartOwnAsync();
        int[] sessions = [servers.Postgres.Process!.Id, servers.Broker.Process!.Id, servers.Broker.PortMapper!.Id];
        sessions.ShouldAllBe(session => ProcessIdentity.InSession(session).Count > 0);

        await servers.StopPostgresAsync();
        await servers.StopBrokerAsync();

        await Eventually.IsTrueAsync(() => sessions.All(session => ProcessIdentity.InSession(session).Count == 0));
    }

    private static async Task<object?> ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static Task<IConnection> ConnectAsync(string uri) => new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();

    private static async Task DeclareAsync(string uri, string queue)
    {
        await using var connection = await ConnectAsync(uri);
        await using var channel = await connection.CreateChannelAsync();
        var quorum = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" };
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, quorum);
    }

    private static async Task PublishAsync(string uri, string queue)
    {
        await using var connection = await ConnectAsync(uri);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true }, "x"u8.ToArray());
    }
}
