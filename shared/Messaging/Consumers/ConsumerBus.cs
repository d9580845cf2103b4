using Chokepoint.Contracts;
using Chokepoint.Messaging.Broker;
using Chokepoint.ServiceDefaults;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Chokepoint.Messaging.Consumers;

/// <summary>
/// MassTransit's bus with this service's queues on it. It is built by hand and not through <c>AddMassTransit</c>, which would bring
/// a health check that fails the service, usage telemetry and a registry of its own; a temporary queue is never made.
/// </summary>
internal sealed partial class ConsumerBus<TDbContext>(
    MessagingBuilder messaging, BrokerLink link, IServiceProvider provider, IOptions<MessagingOptions> options, TimeProvider time,
    ILoggerFactory loggers, ILogger<ConsumerBus<TDbContext>> log, DatabaseReadiness? database = null) : BackgroundService
    where TDbContext : DbContext
{
    /// <summary>What a handler has to finish when the service stops, before its work is rolled back.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>What a bus that another has taken the place of has for what it has in hand, before its connection is left to itself.</summary>
    private static readonly TimeSpan Unhurried = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        LogContext.ConfigureCurrentLogContext(loggers);
        var consumers = messaging.Handlers.Select(handler => handler.Create<TDbContext>(provider)).ToList();
        using var abandon = new CancellationTokenSource();
        var running = consumers.Select(consumer => consumer.RunAsync(stoppingToken, abandon.Token)).ToList();
        await using var patience = stoppingToken.Register(() => abandon.CancelAfter(Grace));
        await KeepBusAsync(consumers, stoppingToken);
        await Task.WhenAll(running);
        foreach (var consumer in consumers) consumer.Dispose();
    }

    /// <summary>
    /// A bus lasts as long as the link's connection. When the broker dies, the client tells the channels of a connection one after another,
    /// each when the one before has finished what it had in hand; a channel that is never told is well by MassTransit's account and
    /// consumes nothing. The next bus does not wait for the end of the last: to the broker they are replicas.
    /// </summary>
    private async Task KeepBusAsync(List<IQueueConsumer> consumers, CancellationToken stoppingToken)
    {
        var ending = new List<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // On the tables of the version before, what fails would look like the messages' fault.
                if (database is not null) await database.WaitAsync(stoppingToken);
                var connection = await link.WhenConnectedAsync(stoppingToken);
                var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                var bus = Create(consumers, connection, over.Token);
                var starting = new CancellationTokenSource();
                var started = bus.StartAsync(starting.Token); // ends when the endpoints are ready
                try
                {
                    await UntilOverAsync(bus, started, connection, stoppingToken);
                }
                finally
                {
                    ending.RemoveAll(one => one.IsCompleted);
                    ending.Add(EndAsync(bus, started, starting, over, stoppingToken));
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                NotConsuming(exception, exception.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(ending);
    }

    private async Task EndAsync(
        IBusControl bus, Task started, CancellationTokenSource starting, CancellationTokenSource over, CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(Unhurried, time);
        await using var hurry = stoppingToken.Register(() => deadline.CancelAfter(Grace + TimeSpan.FromSeconds(1)));
        try
        {
            await over.CancelAsync();
            // A bus that has not started yet does not stop: its endpoints would go on consuming.
            await starting.CancelAsync();
            await started.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await bus.StopAsync(deadline.Token);
        }
        catch (Exception exception)
        {
            NotEnded(exception);
        }
        finally
        {
            starting.Dispose();
            over.Dispose();
        }
    }

    private IBusControl Create(List<IQueueConsumer> consumers, IConnection connection, CancellationToken over) => Bus.Factory.CreateUsingRabbitMq(bus =>
    {
        bus.Host(new Uri(options.Value.ConnectionString!), $"{messaging.Service} consumers", host =>
        {
            host.Heartbeat(TimeSpan.FromSeconds(10));
            host.RequestedConnectionTimeout(TimeSpan.FromSeconds(3));
            // Asked before every attempt to connect. Left to itself MassTransit backs off to half a minute while the broker is
            // away; the link looks every second, has declared the topology before anyone consumes from it, and on another
            // connection of the link's it is another bus that consumes.
            host.OnRefreshConnectionFactory = async _ =>
            {
                if (await link.WhenConnectedAsync(over) != connection) await Task.Delay(Timeout.InfiniteTimeSpan, over);
            };
        });
        bus.ClearSerialization();
        bus.UseRawJsonDeserializer(RawSerializerOptions.AnyMessageType, isDefault: true);
        bus.UseRawJsonSerializer(RawSerializerOptions.AnyMessageType, isDefault: true);
        bus.ConfigureJsonSerializerOptions(_ => new(EventJson.Options));

        foreach (var consumer in consumers)
        {
            bus.ReceiveEndpoint(consumer.Queue, endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false; // the link declares and binds; here the same is only repeated
                endpoint.PublishFaults = false;
                endpoint.PrefetchCount = options.Value.Prefetch;
                endpoint.ConcurrentMessageLimit = options.Value.Prefetch; // all are taken in; how many are applied at once is the consumer's
                foreach (var (key, value) in Topology.QueueArguments(consumer.Queue)) endpoint.SetQueueArgument(key, value);
                endpoint.ConfigureError(error => error.UseFilter(Microsoft.Extensions.DependencyInjection.ActivatorUtilities
                    .CreateInstance<DeadLetterFilter>(provider, consumer.Queue)));
                consumer.Connect(endpoint, over);
            });
        }
    });

    /// <summary>
    /// Until the link is on another connection. Where only its own was lost, MassTransit recovers by itself, save where it meets an error
    /// that it does not know.
    /// </summary>
    private async Task UntilOverAsync(IBusControl bus, Task started, IConnection connection, CancellationToken stoppingToken)
    {
        var wellAt = time.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (started.IsFaulted) await started;
            var current = link.Current;
            if (current is not null && current != connection) return;
            if (current is null || bus.CheckHealth().Status is BusHealthStatus.Healthy) wellAt = time.GetTimestamp();
            else if (time.GetElapsedTime(wellAt) > Patience)
            {
                Stuck();
                return;
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Nothing is consumed: {Reason}; it is tried again")]
    private partial void NotConsuming(Exception exception, string reason);

    [LoggerMessage(LogLevel.Warning, "The consumers of a lost connection did not end in time; what they have in hand comes again")]
    private partial void NotEnded(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The consumers did not recover by themselves and are started anew")]
    private partial void Stuck();
}
