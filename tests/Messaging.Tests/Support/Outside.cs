using Npgsql;
using RabbitMQ.Client;

namespace Chokepoint.Messaging.Tests.Support;

internal static class Sql
{
    public static async Task<int> ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    public static async Task<T> ScalarAsync<T>(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}

/// <summary>The broker seen from outside the code under test.</summary>
internal static class Amqp
{
    public static async Task WithChannelAsync(string broker, Func<IChannel, Task> use)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await use(channel);
    }

    /// <summary>Messages that wait in a queue and are with no consumer.</summary>
    public static async Task<uint> ReadyAsync(string broker, string queue)
    {
        var ready = 0u;
        await WithChannelAsync(broker, async channel => ready = (await channel.QueueDeclarePassiveAsync(queue)).MessageCount);
        return ready;
    }

    public static async Task PublishAsync(string broker, string queue, Guid messageId, ReadOnlyMemory<byte> body, int times = 1) =>
        await WithChannelAsync(broker, async channel =>
        {
            for (var i = 0; i < times; i++)
            {
                await channel.BasicPublishAsync(
                    "", queue, mandatory: true, new BasicProperties { MessageId = messageId.ToString(), DeliveryMode = DeliveryModes.Persistent }, body);
            }
        });
}

/// <summary>Keeps others from writing to a table.</summary>
internal sealed class TableLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private TableLock(NpgsqlConnection connection) => _connection = connection;

    public static async Task<TableLock> TakeAsync(string database, string table)
    {
        var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"BEGIN; LOCK TABLE {table} IN SHARE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return new TableLock(connection);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync(); // which rolls back
}
