using System.Text;
using Chokepoint.Messaging.Broker;
using Chokepoint.Messaging.Consumers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Chokepoint.Messaging.DeadLetters;

/// <summary>Takes over what arrives in the dead-letter queues of this service's queues, each acknowledged once it is in the table.</summary>
internal sealed class DeadLetterCollector(
    MessagingBuilder messaging, BrokerLink link, DeadLetterStore store, TimeProvider time, ILogger<DeadLetterCollector> log)
    : BackgroundService
{
    private const ushort Prefetch = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CollectAsync(await link.WhenUpAsync(stoppingToken), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                log.LogDebug(exception, "Dead letters are not collected at the moment"); // the link says why
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CollectAsync(IConnection connection, CancellationToken stoppingToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stoppingToken);
        await channel.BasicQosAsync(prefetchSize: 0, Prefetch, global: false, stoppingToken);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        foreach (var handler in messaging.Handlers)
        {
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) => KeepAsync(channel, handler.Queue, message, stoppingToken);
            await channel.BasicConsumeAsync(Topology.DeadLettersOf(handler.Queue), autoAck: false, consumer, stoppingToken);
        }

        await closed.Task.WaitAsync(stoppingToken);
    }

    private async Task KeepAsync(IChannel channel, string queue, BasicDeliverEventArgs message, CancellationToken stoppingToken)
    {
        var row = RowOf(queue, message.BasicProperties, message.Body.ToArray());
        // A channel that is lost waits for this, and the channels after it wait for that one.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, message.CancellationToken);
        while (true)
        {
            try
            {
                await store.KeepAsync(row, over.Token);
                break;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                log.LogWarning(exception, "A dead letter of {Queue} could not be stored; it stays on its queue until it can", queue);
                await Task.Delay(Pause, time, over.Token);
            }
        }

        await channel.BasicAckAsync(message.DeliveryTag, multiple: false, stoppingToken);
    }

    private static DeadLetterRow RowOf(string queue, IReadOnlyBasicProperties properties, byte[] body)
    {
        var faultType = Header(properties, DeadLetterHeaders.Type);
        return new DeadLetterRow
        {
            Id = Guid.CreateVersion7(),
            Queue = queue,
            EventId = Guid.TryParse(properties.MessageId, out var id) ? id : null,
            EventType = Storable(properties.Type),
            Body = body,
            TraceParent = Header(properties, "traceparent"),
            FaultType = faultType ?? "delivery-limit",
            Reason = Header(properties, DeadLetterHeaders.Reason)
                ?? $"Delivered {Topology.DeliveryLimit} times without an answer; the broker gave up on it.",
        };
    }

    private static string? Header(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers is { } headers && headers.TryGetValue(name, out var value)
            ? Storable(value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), string text => text, _ => null })
            : null;

    /// <summary>Postgres stores no U+0000 in text; who sends one is none of ours, and must not hold up what is.</summary>
    private static string? Storable(string? text) => text?.Replace("\0", "", StringComparison.Ordinal);
}
