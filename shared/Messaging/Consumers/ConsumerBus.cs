using Chokepoint.Contracts;
using Chokepoint.Messaging.Broker;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Chokepoint.Messaging.Consumers;

/// <summary>
/// MassTransit's bus with this service's queues on it. It is built by hand and not through <c>AddMassTransit</c>, which would bring
/// a health check that fails the service, usage telemetry and a registry of its own; a temporary queue is never made.
/// </summary>
internal sealed partial class ConsumerBus<TDbContext>(
    MessagingBuilder messaging, BrokerLink link, IServiceProvider provider, IOptions<MessagingOptions> options, TimeProvider time,
    ILoggerFactory loggers, ILogger<ConsumerBus<TDbContext>> log) : BackgroundService
    where TDbContext : DbContext
{
    /// <summary>What a handler has to finish when the service stops, before its work is rolled back.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

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

    private async Task KeepBusAsync(List<IQueueConsumer> consumers, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await link.WhenUpAsync(stoppingToken);
                var bus = Create(consumers, stoppingToken);
                using var starting = new CancellationTokenSource();
                var started = bus.StartAsync(starting.Token); // ends when the endpoints are ready
                try
                {
                    await UntilStuckAsync(bus, started, stoppingToken);
                }
                finally
                {
                    // A bus that has not started yet does not stop: its endpoints would go on consuming.
                    await starting.CancelAsync();
                    await ((Task)started).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    using var deadline = new CancellationTokenSource(Grace + TimeSpan.FromSeconds(1));
                    await bus.StopAsync(deadline.Token);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                NotConsuming(exception, exception.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private IBusControl Create(List<IQueueConsumer> consumers, CancellationToken stoppingToken) => Bus.Factory.CreateUsingRabbitMq(bus =>
    {
        bus.Host(new Uri(options.Value.ConnectionString!), $"{messaging.Service} consumers", host =>
        {
            host.Heartbeat(TimeSpan.FromSeconds(10));
            host.RequestedConnectionTimeout(TimeSpan.FromSeconds(3));
            // Asked before every attempt to connect. Left to itself MassTransit backs off to half a minute while the broker is
            // away; the link looks every second, and has declared the topology before anyone consumes from it.
            host.OnRefreshConnectionFactory = _ => link.WhenUpAsync(stoppingToken);
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
                consumer.Connect(endpoint);
            });
        }
    });

    /// <summary>MassTransit recovers by itself, save where it meets an error that it does not know; then it is built anew.</summary>
    private async Task UntilStuckAsync(IBusControl bus, Task started, CancellationToken stoppingToken)
    {
        var wellAt = time.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (started.IsFaulted) await started;
            if (!link.IsUp || bus.CheckHealth().Status is BusHealthStatus.Healthy) wellAt = time.GetTimestamp();
            else if (time.GetElapsedTime(wellAt) > Patience)
            {
                Stuck();
                return;
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Nothing is consumed: {Reason}; it is tried again")]
    private partial void NotConsuming(Exception exception, string reason);

    [LoggerMessage(LogLevel.Warning, "The consumers did not recover by themselves and are started anew")]
    private partial void Stuck();
}
