using System.Collections.Frozen;
using System.Text.Json;
using Chokepoint.Contracts;
using RabbitMQ.Client;

namespace Chokepoint.Messaging.Broker;

/// <summary>
/// Exchanges, queues and bindings of the whole platform, declared alike by every service before it publishes or consumes, so that
/// services may start in any order. All of it is durable, typed and limited explicitly: the same on RabbitMQ 3.10 and 4.x.
/// </summary>
internal static class Topology
{
    /// <summary>
    /// Deliveries of one message, counting those that a dying process or a lost connection gave back, after which the broker
    /// dead-letters it. High, because a process that dies with a full prefetch gives back innocents too.
    /// </summary>
    public const int DeliveryLimit = 100;

    public static FrozenDictionary<string, EventRoute> RoutesByEvent { get; } =
        EventTopology.Routes.ToFrozenDictionary(route => route.Event.Name, StringComparer.Ordinal);

    /// <summary><c>chokepoint.control-state-changed</c>, a fanout exchange.</summary>
    public static string ExchangeOf(EventRoute route) => $"chokepoint.{JsonNamingPolicy.KebabCaseLower.ConvertName(route.Event.Name)}";

    /// <summary>Where a queue's hopeless messages wait for a person.</summary>
    public static string DeadLettersOf(string queue) => $"{queue}.dead";

    public static Dictionary<string, object?> QueueArguments(string queue) => new(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = DeliveryLimit,
        ["x-dead-letter-exchange"] = "",
        ["x-dead-letter-routing-key"] = DeadLettersOf(queue),
        // With these two the broker keeps a dead letter until its new queue has confirmed it.
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    /// <summary>-1 and not 4.x's default of 20: looking at a dead letter must not lose it. 3.10 has no default and knows no -1.</summary>
    public static Dictionary<string, object?> DeadLetterQueueArguments() => new(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = 1_000_000,
    };

    public static async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        foreach (var route in EventTopology.Routes)
        {
            var exchange = ExchangeOf(route);
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
            foreach (var consumer in route.Consumers)
            {
                var queue = route.QueueOf(consumer);
                await channel.QueueDeclareAsync(
                    DeadLettersOf(queue), durable: true, exclusive: false, autoDelete: false, DeadLetterQueueArguments(),
                    cancellationToken: cancellationToken);
                await channel.QueueDeclareAsync(
                    queue, durable: true, exclusive: false, autoDelete: false, QueueArguments(queue), cancellationToken: cancellationToken);
                await channel.QueueBindAsync(queue, exchange, routingKey: "", cancellationToken: cancellationToken);
            }
        }
    }
}
