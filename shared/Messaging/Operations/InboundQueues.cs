using Chokepoint.Messaging.Broker;
using RabbitMQ.Client.Exceptions;

namespace Chokepoint.Messaging.Operations;

/// <summary>A queue of this service's and the messages that are ready in it; those that are just being applied are not among them.</summary>
public sealed record WaitingMessages(string Queue, long Ready);

/// <summary>Asks the broker how many messages wait for this service.</summary>
internal sealed class InboundQueues(MessagingBuilder messaging, BrokerLink link)
{
    /// <returns>Null while the broker is away.</returns>
    public async Task<IReadOnlyList<WaitingMessages>?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!link.IsUp) return null;
        try
        {
            var connection = await link.WhenUpAsync(cancellationToken);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            var queues = new List<WaitingMessages>();
            foreach (var handler in messaging.Handlers)
                queues.Add(new WaitingMessages(handler.Queue, (await channel.QueueDeclarePassiveAsync(handler.Queue, cancellationToken)).MessageCount));
            return queues;
        }
        catch (Exception exception) when (exception is OperationInterruptedException or AlreadyClosedException or IOException)
        {
            return null;
        }
    }
}
