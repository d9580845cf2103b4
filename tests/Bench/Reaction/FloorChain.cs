using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Chokepoint.Bench.Reaction;

/// <summary>
/// The floor of a reaction: the same durable hops as the platform's, with no logic in them. Commit, publish with confirm, consume,
/// commit, publish with confirm, consume, commit, HTTP POST; three databases, two quorum queues, one message at a time per hop, on
/// servers set as <c>./run</c> sets the platform's: Postgres flushes every commit, RabbitMQ every message. No request comes in by HTTP,
/// there is no gateway, no outbox and no inbox, the statement is prepared, and the publisher's confirm is awaited while the message is
/// consumed already.
/// </summary>
internal sealed class FloorChain : IAsyncDisposable
{
    private const string ScoreQueue = "floor.score", DeliverQueue = "floor.deliver";
    private readonly NpgsqlDataSource[] databases;
    private readonly HttpClient http = new();
    private readonly Uri receiver;
    private IConnection? connection;
    private IChannel? publishFirst, publishSecond, consumeFirst, consumeSecond;

    /// <param name="connectionStrings">Three databases, one for each hop that commits.</param>
    public FloorChain(IReadOnlyList<string> connectionStrings, Uri receiver)
    {
        databases = [.. connectionStrings.Select(BenchServers.DataSource)];
        this.receiver = receiver;
    }

    public async Task StartAsync(Uri broker, CancellationToken cancellationToken)
    {
        foreach (var database in databases)
        {
            await using var command = database.CreateCommand("create table hop (id uuid primary key, body text not null)");
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken);
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, null, consumerDispatchConcurrency: 16);
        publishFirst = await connection.CreateChannelAsync(confirmed, cancellationToken);
        publishSecond = await connection.CreateChannelAsync(confirmed, cancellationToken);
        consumeFirst = await ConsumeAsync(ScoreQueue, confirmed, async (id, body) =>
        {
            await CommitAsync(databases[1], id, body, cancellationToken);
            await PublishAsync(publishSecond, DeliverQueue, id, body, cancellationToken);
        }, cancellationToken);
        consumeSecond = await ConsumeAsync(DeliverQueue, confirmed, async (id, body) =>
        {
            await CommitAsync(databases[2], id, body, cancellationToken);
            await PostAsync(id, body, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>What the client's POST does: one commit and one confirmed publish.</summary>
    public async Task SendAsync(Guid id, string body, CancellationToken cancellationToken)
    {
        await CommitAsync(databases[0], id, body, cancellationToken);
        await PublishAsync(publishFirst!, ScoreQueue, id, body, cancellationToken);
    }

    private async Task<IChannel> ConsumeAsync(string queue, CreateChannelOptions options, Func<Guid, string, Task> handle, CancellationToken cancellationToken)
    {
        var channel = await connection!.CreateChannelAsync(options, cancellationToken);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);
        await channel.BasicQosAsync(0, 64, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            await handle(Guid.Parse(delivery.BasicProperties.MessageId!), Encoding.UTF8.GetString(delivery.Body.Span));
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, cancellationToken);
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken);
        return channel;
    }

    private static async Task CommitAsync(NpgsqlDataSource database, Guid id, string body, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("insert into hop (id, body) values ($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = body });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task PublishAsync(IChannel channel, string queue, Guid id, string body, CancellationToken cancellationToken) =>
        await channel.BasicPublishAsync("", queue, mandatory: true,
            new BasicProperties { MessageId = id.ToString(), Persistent = true }, Encoding.UTF8.GetBytes(body), cancellationToken);

    private async Task PostAsync(Guid id, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, receiver) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("webhook-id", id.ToString());
        using var answer = await http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in new[] { consumeFirst, consumeSecond, publishFirst, publishSecond })
            if (channel is not null) await channel.DisposeAsync();
        if (connection is not null) await connection.DisposeAsync();
        foreach (var database in databases) await database.DisposeAsync();
        http.Dispose();
    }
}
