using Chokepoint.Contracts;
using Chokepoint.Messaging.Broker;
using Chokepoint.Messaging.Consumers;
using Chokepoint.Messaging.DeadLetters;
using Chokepoint.Messaging.Inbox;
using Chokepoint.Messaging.Operations;
using Chokepoint.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chokepoint.Messaging;

/// <summary>Wires a service to the broker and its outbox and inbox to the service's own database.</summary>
public static class MessagingExtensions
{
    /// <summary>
    /// Reads the connection string <c>broker</c>, declares the topology of the whole platform, starts the relay and the consumers.
    /// Neither the broker nor the database need be there yet: the service starts, says so in its health, and keeps trying.
    /// </summary>
    /// <param name="service">This service's name in <see cref="EventTopology"/>, such as <c>risk-scoring</c>.</param>
    /// <remarks>
    /// Needs the service's <c>NpgsqlDataSource</c> in the container, and <see cref="AddMessagingTables"/> in its model.
    /// Settings under <c>Messaging</c>: see <see cref="MessagingOptions"/>.
    /// </remarks>
    public static IHostApplicationBuilder AddMessaging<TDbContext>(
        this IHostApplicationBuilder builder, string service, Action<MessagingBuilder>? configure = null)
        where TDbContext : DbContext
    {
        var services = builder.Services;
        // It logs every failed message once more, at length, and each one given back at a stop; the consumer and the dead letters say it.
        builder.Logging.AddFilter("MassTransit.ReceiveTransport", LogLevel.None);
        var messaging = new MessagingBuilder(service, services);
        configure?.Invoke(messaging);

        services.AddOptions<MessagingOptions>()
            .Bind(builder.Configuration.GetSection("Messaging"))
            .Configure(options => options.ConnectionString ??= builder.Configuration["ConnectionStrings:broker"]);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(messaging);

        services.AddSingleton<MessagingMetrics>();
        services.AddSingleton<BrokerLink>();
        services.AddHostedService(provider => provider.GetRequiredService<BrokerLink>());

        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<FreshRows>();
        services.AddSingleton<OutboxStore>();
        services.AddSingleton<OutboxInterceptor>();
        services.AddSingleton<IOutbox, RawOutbox>();
        services.AddSingleton<EventPublisher>();
        services.AddHostedService<OutboxRelay>();
        services.AddHostedService<OutboxNotifications>();
        services.AddSingleton<IQuarantine, QuarantineStore>();
        services.ConfigureDbContext<TDbContext>((provider, options) =>
            options.AddInterceptors(provider.GetRequiredService<OutboxInterceptor>()));

        services.AddSingleton<InboxTransactions<TDbContext>>();
        services.AddSingleton<Suspects>();
        services.AddHostedService<InboxPruner>();
        services.AddSingleton<DeadLetterStore>();
        services.AddSingleton<InboundQueues>();
        services.AddSingleton<IDeadLetters>(provider => provider.GetRequiredService<DeadLetterStore>());
        if (messaging.Handlers.Count > 0)
        {
            services.AddHostedService<ConsumerBus<TDbContext>>();
            services.AddHostedService<DeadLetterCollector>();
        }

        services.AddHealthChecks().AddCheck<BrokerHealthCheck>("broker", HealthStatus.Degraded, tags: ["ready"]);
        return builder;
    }

    /// <summary>Adds the outbox, inbox, quarantine and dead-letter tables, in the schema <c>messaging</c>, to a service's model; call it in <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddMessagingTables(this ModelBuilder model) =>
        model.ApplyConfiguration(new OutboxRow.Configuration())
            .ApplyConfiguration(new QuarantinedRow.Configuration())
            .ApplyConfiguration(new InboxRow.Configuration())
            .ApplyConfiguration(new SuspectRow.Configuration())
            .ApplyConfiguration(new DeadLetterRow.Configuration());

    /// <summary>
    /// Writes an event to the outbox with the caller's next <c>SaveChangesAsync</c>; the relay publishes it after the commit.
    /// </summary>
    public static void Publish(this DbContext db, IPlatformEvent @event) => db.Add(OutboxRow.Of(@event));
}
