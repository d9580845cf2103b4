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
        if (context.CancellationToken.IsCancellationRequested || context.Exception.GetBaseException() is OperationCanceledException)
            throw new OperationCanceledException("The message was not finished and is given back."); // not its fault
        var delivery = context.GetPayload<RabbitMqBasicConsumeContext>();
        var properties = new BasicProperties(delivery.Properties) { DeliveryMode = DeliveryModes.Persistent };
        properties.Headers = new Dictionary<string, object?>(properties.Headers ?? Enumerable.Empty<KeyValuePair<string, object?>>(), StringComparer.Ordinal)
        {
            [DeadLetterHeaders.Queue] = queue,
            [DeadLetterHeaders.Type] = context.Exception.GetType().Name,
            [DeadLetterHeaders.Reason] = DeadLetterHeaders.ReasonOf(context.Exception),
            [DeadLetterHeaders.At] = time.GetUtcNow().ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        };
        var connection = await link.WhenUpAsync(context.CancellationToken);
        await using (var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            context.CancellationToken))
        {
            await channel.BasicPublishAsync(
                "", Topology.DeadLettersOf(queue), mandatory: true, properties, context.Body.GetBytes(), context.CancellationToken);
        }

        metrics.DeadLettered(queue);
        DeadLettered(context.Exception, queue, properties.MessageId);
        await next.Send(context);
    }

    [LoggerMessage(LogLevel.Error, "Dead-lettered {MessageId} of {Queue}")]
    private partial void DeadLettered(Exception exception, string queue, string? messageId);
}
