using System.Diagnostics;
using Chokepoint.Contracts;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Chokepoint.Messaging.Consumers;

/// <summary>
/// The consumer seam: MassTransit hands over a message, the inbox transaction applies it. A fault that may pass is tried again here,
/// with the message kept; what is thrown on goes to the dead letters.
/// </summary>
internal sealed partial class EventConsumer<TEvent>(
    string queue, EventConsumer<TEvent>.Apply apply, MessagingMetrics metrics, IHostApplicationLifetime lifetime,
    IOptions<MessagingOptions> options, TimeProvider time, ILogger<EventConsumer<TEvent>> log) : IConsumer<TEvent>
    where TEvent : class, IPlatformEvent
{
    internal delegate Task<bool> Apply(string consumer, TEvent @event, CancellationToken cancellationToken);

    public async Task Consume(ConsumeContext<TEvent> context)
    {
        using var span = StartSpan(context);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var attempt = 1;
        while (true)
        {
            try
            {
                if (await apply(queue, context.Message, stop.Token)) metrics.Consumed(typeof(TEvent).Name);
                else metrics.Duplicate(typeof(TEvent).Name);
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw; // not acknowledged: it comes again
            }
            catch (Exception exception)
            {
                // A database that is away is nobody's fault: the message is kept for as long as that lasts.
                var fault = Fault.Of(exception);
                if (fault is FaultKind.OfTheMessage && attempt >= options.Value.HandlerAttempts)
                {
                    span?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
                    throw;
                }

                metrics.Retried(typeof(TEvent).Name, exception);
                if (attempt == 1) Retrying(exception, typeof(TEvent).Name, context.Message.EventId);
                await Task.Delay(Pause(attempt, fault), time, stop.Token);
                attempt++;
            }
        }
    }

    /// <summary>50 ms doubling with full jitter, so that replicas which collided do not collide again; at most 5 s.</summary>
    private static TimeSpan Pause(int attempt, FaultKind fault)
    {
        var longest = fault is FaultKind.OfTheServers ? 5000 : 1000;
        var ceiling = Math.Min(longest, 50 * Math.Pow(2, Math.Min(attempt, 10)));
        return TimeSpan.FromMilliseconds(ceiling * (0.5 + 0.5 * Random.Shared.NextDouble()));
    }

    private Activity? StartSpan(ConsumeContext<TEvent> context)
    {
        // MassTransit's own span when it is listened to, else the publisher's, read from the header.
        var parent = Activity.Current is null && context.Headers.TryGetHeader("traceparent", out var header)
            ? ActivityContext.TryParse(header as string, traceState: null, isRemote: true, out var remote) ? remote : default
            : Activity.Current?.Context ?? default;
        var span = MessagingMetrics.Source.StartActivity($"handle {typeof(TEvent).Name}", ActivityKind.Consumer, parent);
        span?.SetTag("messaging.system", "rabbitmq");
        span?.SetTag("messaging.operation.type", "process");
        span?.SetTag("messaging.destination.name", queue);
        span?.SetTag("messaging.message.id", context.Message.EventId.ToString());
        return span;
    }

    [LoggerMessage(LogLevel.Warning, "{EventType} {EventId} was not applied at the first attempt; it is tried again")]
    private partial void Retrying(Exception exception, string eventType, Guid eventId);
}
