using System.Globalization;
using Chokepoint.LocalHosting.Processes;
using Npgsql;
using RabbitMQ.Client;

namespace Chokepoint.Testing.Platforms;

/// <summary>A running platform's own servers, seen from outside its services: their addresses stand in the data folder.</summary>
public sealed class PlatformServers(string dataFolder)
{
    /// <summary>One for each service that keeps something.</summary>
    public static IReadOnlyList<string> Databases { get; } = ["controlsdb", "pricesdb", "tradedb", "riskdb", "notificationsdb"];

    /// <summary>Of one of its databases: <c>controlsdb</c>, <c>riskdb</c>, <c>notificationsdb</c>, …</summary>
    public string ConnectionString(string database)
    {
        // The fourth line is the port (PostgreSQL's miscadmin.h).
        var port = File.ReadAllLines(Path.Combine(dataFolder, "postgres", "postmaster.pid"))[3];
        var password = File.ReadAllText(Path.Combine(dataFolder, "postgres.password")).Trim();
        return $"Host=127.0.0.1;Port={port};Username=postgres;Password={password};Database={database};Pooling=false;Timeout=5;Application Name=faults";
    }

    public Uri BrokerUri
    {
        get
        {
            var lines = File.ReadAllLines(Path.Combine(dataFolder, "rabbitmq.conf"));
            string Setting(string name) => lines.Single(line => line.StartsWith(name + " = ", StringComparison.Ordinal))[(name.Length + 3)..];
            return new Uri($"amqp://guest:{Setting("default_pass")}@{Setting("listeners.tcp.default")}");
        }
    }

    public async Task<List<T>> QueryAsync<T>(string database, string sql, Func<NpgsqlDataReader, T> read, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters) command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    public async Task<long> CountAsync(string database, string sql) =>
        (await QueryAsync(database, sql, row => Convert.ToInt64(row.GetValue(0), CultureInfo.InvariantCulture))).Single();

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Messages that wait in queues of the platform's and are with no consumer.</summary>
    public async Task<long> WaitingAsync(params IReadOnlyList<string> queues)
    {
        await using var connection = await new ConnectionFactory { Uri = BrokerUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var waiting = 0L;
        foreach (var queue in queues) waiting += (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        return waiting;
    }

    /// <summary>
    /// Messages in queues of the platform's, those in a consumer's hands among them. RabbitMQ's tool asks the queues themselves, for what
    /// <c>list_queues</c> tells of quorum queues is seconds old; its start takes over a second.
    /// </summary>
    public async Task<long> UnsettledAsync(params IReadOnlyList<string> queues)
    {
        var question = $$"""
            lists:sum([begin
              {ok, Queue} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, Name)),
              {ok, {_, Messages}, _} = ra:leader_query(amqqueue:get_pid(Queue), fun rabbit_fifo:query_messages_total/1),
              Messages
            end || Name <- [{{string.Join(", ", queues.Select(queue => $"<<\"{queue}\">>"))}}]]).
            """;
        var (exitCode, output) = await ChildProcess.RunAsync(
            new ChildProcessStart("rabbitmqctl", "bash", ["-c", ". deploy/runbooks/lib.sh; broker eval \"$0\"", question])
            {
                WorkingDirectory = Repository.Root, Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DATA"] = dataFolder },
            },
            CancellationToken.None);
        return exitCode is 0 && long.TryParse(output, NumberStyles.None, CultureInfo.InvariantCulture, out var messages)
            ? messages
            : throw new IOException($"RabbitMQ's tool does not tell what its queues hold: {output}");
    }

    /// <summary>Puts a message straight into a queue, as an event of the platform looks on the wire.</summary>
    public async Task PublishAsync(string queue, string eventType, Guid eventId, ReadOnlyMemory<byte> body, int times = 1)
    {
        await using var connection = await new ConnectionFactory { Uri = BrokerUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        for (var i = 0; i < times; i++)
        {
            var properties = new BasicProperties
            {
                MessageId = eventId.ToString(), Type = eventType, ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent,
            };
            await channel.BasicPublishAsync("", queue, mandatory: true, properties, body);
        }
    }
}
