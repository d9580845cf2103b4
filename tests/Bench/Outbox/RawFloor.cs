using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Chokepoint.Bench.Outbox;

/// <summary>What the broker and its client alone do with the same bodies: persistent, confirmed in batches, a quorum queue, acknowledged.</summary>
internal static class RawFloor
{
    private const int Batch = 500;
    private const ushort Prefetch = 256;

    public static async Task MeasureAsync(string broker, int events, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = new Uri(broker) };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var publishing = await connection.CreateChannelAsync(
            new CreateChannelOptions(true, true, outstandingPublisherConfirmationsRateLimiter: null), cancellationToken);
        await using var consuming = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await publishing.QueueDeclareAsync(
            "floor", durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);

        var arrived = 0;
        var done = new TaskCompletionSource();
        var consumer = new AsyncEventingBasicConsumer(consuming);
        consumer.ReceivedAsync += async (_, message) =>
        {
            await consuming.BasicAckAsync(message.DeliveryTag, multiple: false, cancellationToken);
            if (Interlocked.Increment(ref arrived) == events) done.TrySetResult();
        };
        await consuming.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        await consuming.BasicConsumeAsync("floor", autoAck: false, consumer, cancellationToken);

        await PublishAsync(publishing, events, cancellationToken);
        await done.Task.WaitAsync(cancellationToken);
    }

    private static async Task PublishAsync(IChannel channel, int events, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < events; sent += Batch)
        {
            var confirms = Enumerable.Range(sent, Math.Min(Batch, events - sent)).Select(number => channel.BasicPublishAsync(
                "", "floor", mandatory: true,
                new BasicProperties { DeliveryMode = DeliveryModes.Persistent, MessageId = Guid.NewGuid().ToString() },
                Sample.Body(number), cancellationToken).AsTask());
            await Task.WhenAll(confirms);
        }
    }
}
