using System.Diagnostics;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Inbox;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Chokepoint.Messaging.Consumers;

/// <summary>
/// The consumer seam: MassTransit hands over a message, an inbox transaction applies it. A fault that may pass is tried again here,
/// with the message kept; what is thrown on goes to the dead letters.
/// </summary>
internal sealed partial class EventConsumer<TEvent>(
    string queue, GroupCommit<TEvent>.Apply apply, int concurrency, TimeSpan linger, Suspects suspects, MessagingMetrics metrics,
    IOptions<MessagingOptions> options, TimeProvider time, ILogger<EventConsumer<TEvent>> log) : IConsumer<TEvent>, IQueueConsumer
    where TEvent : class, IPlatformEvent
{
    private readonly GroupCommit<TEvent> _group = new(apply, concurrency, options.Value.GroupSize, linger);
    private readonly SemaphoreSlim _alone = new(concurrency);
    private long _awayLogged;
    private CancellationToken _busOver;
    private CancellationToken _stop;
    private CancellationToken _abandon;

    public string Queue => queue;

    public void Connect(IReceiveEndpointConfigurator endpoint, CancellationToken over)
    {
        _busOver = over;
        endpoint.Instance(this);
    }

    public Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        (_stop, _abandon) = (stop, abandon);
        return _group.RunAsync(stop, abandon);
    }

    public void Dispose() => _alone.Dispose();

    public async Task Consume(ConsumeContext<TEvent> context)
    {
        using var span = StartSpan(context);
        var delivery = new Delivery<TEvent>(context.Message, span);
        // The channel is lost, or its bus is to end: another brings the message again, when all that came by this one has ended.
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(_busOver, context.CancellationToken);
        try
        {
            var isNew = DeliveriesBefore(context) >= Suspects.FromDelivery
                ? await ApplySuspectAsync(delivery, gone.Token)
                : await ApplyAsync(delivery, inGroup: true, gone.Token);
            if (isNew) metrics.Consumed(typeof(TEvent).Name);
            else metrics.Duplicate(typeof(TEvent).Name);
        }
        catch (Exception exception) when (gone.IsCancellationRequested)
        {
            throw new GivenBackException("The channel that brought the message is gone, or ends with the service; it comes again.", exception);
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            // MassTransit hides a cancellation's origin, such as a call out that took too long, in one of its own.
            if (exception is OperationCanceledException) throw new TimeoutException("The handler gave up waiting.", exception);
            throw;
        }
    }

    /// <summary>Tries until the event is applied, has failed too often by itself, or its channel is gone, as it is when the service stops.</summary>
    private async Task<bool> ApplyAsync(Delivery<TEvent> delivery, bool inGroup, CancellationToken gone)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (inGroup && await _group.ApplyAsync(delivery) is { } isNew) return isNew;
                inGroup = false;
                return await ApplyAloneAsync(delivery, gone);
            }
            catch (Exception exception) when (!gone.IsCancellationRequested)
            {
                // A database that is away is nobody's fault: the message is kept for as long as that lasts.
                var fault = Fault.Of(exception);
                if (fault is FaultKind.OfTheMessage && attempt >= options.Value.HandlerAttempts) throw;
                inGroup = false;
                metrics.Retried(typeof(TEvent).Name, exception);
                if (attempt == 1) Log(exception, fault, delivery.Event.EventId);
                await Task.Delay(Pause(attempt, fault), time, gone);
            }
        }
    }

    private async Task<bool> ApplyAloneAsync(Delivery<TEvent> delivery, CancellationToken gone)
    {
        await _alone.WaitAsync(gone);
        try
        {
            return (await apply([delivery], _abandon))[0];
        }
        finally
        {
            _alone.Release();
        }
    }

    private async Task<bool> ApplySuspectAsync(Delivery<TEvent> delivery, CancellationToken gone)
    {
        var isNew = false;
        await suspects.WatchAsync(queue, delivery.Event.EventId, async () => isNew = await ApplyAsync(delivery, inGroup: false, gone), gone);
        return isNew;
    }

    private void Log(Exception exception, FaultKind fault, Guid eventId)
    {
        if (fault is not FaultKind.OfTheServers) Retrying(exception, typeof(TEvent).Name, eventId);
        // Every message in hand fails at once then: said once in ten seconds.
        else if (_awayLogged == 0 || time.GetElapsedTime(_awayLogged) > TimeSpan.FromSeconds(10))
        {
            _awayLogged = time.GetTimestamp();
            Waiting(queue, exception.GetBaseException().Message);
        }
    }

    /// <summary>How often a quorum queue has delivered the message before and got no answer.</summary>
    private static long DeliveriesBefore(ConsumeContext context) =>
        context.ReceiveContext.TransportHeaders.TryGetHeader("x-delivery-count", out var count)
            ? Convert.ToInt64(count, System.Globalization.CultureInfo.InvariantCulture)
            : 0;

    /// <summary>100 ms doubling, with jitter, so that replicas which collided do not collide again; at most a second or five.</summary>
    private static TimeSpan Pause(int attempt, FaultKind fault)
    {
        var longest = fault is FaultKind.OfTheServers ? 5000 : 1000;
        var ceiling = Math.Min(longest, 50 * Math.Pow(2, Math.Min(attempt, 10)));
        return TimeSpan.FromMilliseconds(ceiling * (0.5 + 0.5 * Random.Shared.NextDouble()));
    }

    private Activity? StartSpan(ConsumeContext<TEvent> context)
    {
        // MassTransit's own span when it is listened to, else the publisher's, read from the header.
        var parent = Activity.Current?.Context ?? default;
        if (Activity.Current is null && context.Headers.TryGetHeader("traceparent", out var header)
            && ActivityContext.TryParse(header as string, traceState: null, isRemote: true, out var remote)) parent = remote;
        var span = MessagingMetrics.Source.StartActivity($"handle {typeof(TEvent).Name}", ActivityKind.Consumer, parent);
        span?.SetTag("messaging.system", "rabbitmq");
        span?.SetTag("messaging.operation.type", "process");
        span?.SetTag("messaging.destination.name", queue);
        span?.SetTag("messaging.message.id", context.Message.EventId.ToString());
        return span;
    }

    [LoggerMessage(LogLevel.Warning, "The database is away: {Reason}; the messages of {Queue} are kept and tried until it is back")]
    private partial void Waiting(string queue, string reason);

    [LoggerMessage(LogLevel.Warning, "{EventType} {EventId} was not applied at the first attempt; it is tried again")]
    private partial void Retrying(Exception exception, string eventType, Guid eventId);
}
