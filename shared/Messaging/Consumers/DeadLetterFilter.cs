using Chokepoint.Messaging.Broker;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Chokepoint.Messaging.Consumers;

/// <summary>
/// Moves a message that could not be applied to the dead-letter queue, as it came, with the reason in its headers. When that fails
/// the message is not acknowledged, and comes again.
/// </summary>
internal sealed partial class DeadLetterFilter(
    string queue, BrokerLink link, MessagingMetrics metrics, TimeProvider time, ILogger<DeadLetterFilter> log)
    : IFilter<ExceptionReceiveContext>
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("deadLetter");

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        // Thrown on, the message is refused and waits at the head of its queue: what stopped it was no fault of its own.
        if (context.Exception is GivenBackException or ConsumerCanceledException) throw context.Exception;
        var delivery = context.GetPayload<RabbitMqBasicConsumeContext>();
        var properties = new BasicProperties(delivery.Properties) { DeliveryMode = DeliveryModes.Persistent };
        properties.Headers = new Dictionary<string, object?>(properties.Headers ?? Enumerable.Empty<KeyValuePair<string, object?>>(), StringComparer.Ordinal)
        {
            [DeadLetterHeaders.Queue] = queue,
            [DeadLetterHeaders.Type] = context.Exception.GetType().Name,
            [DeadLetterHeaders.Reason] = DeadLetterHeaders.ReasonOf(context.Exception),
            [DeadLetterHeaders.At] = time.GetUtcNow().ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        };
        try
        {
            await PublishAsync(properties, context.Body.GetBytes(), context.CancellationToken);
        }
        catch (Exception exception)
        {
            NotDeadLettered(exception, queue, properties.MessageId);
            throw;
        }

        metrics.DeadLettered(queue);
        DeadLettered(context.Exception, queue, properties.MessageId);
        await next.Send(context);
    }

    private async Task PublishAsync(BasicProperties properties, byte[] body, CancellationToken cancellationToken)
    {
        var connection = await link.WhenUpAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
        await channel.BasicPublishAsync("", Topology.DeadLettersOf(queue), mandatory: true, properties, body, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Could not dead-letter {MessageId} of {Queue}; it comes again")]
    private partial void NotDeadLettered(Exception exception, string queue, string? messageId);

    [LoggerMessage(LogLevel.Error, "Dead-lettered {MessageId} of {Queue}")]
    private partial void DeadLettered(Exception exception, string queue, string? messageId);
}
