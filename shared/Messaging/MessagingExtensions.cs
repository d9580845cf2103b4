using Chokepoint.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Chokepoint.Messaging;

/// <summary>Wires a service to the broker and its outbox and inbox to the service's own database.</summary>
public static class MessagingExtensions
{
    /// <summary>
    /// Reads the connection string <c>broker</c>, declares the topology of the whole platform, starts the relay and the consumers.
    /// </summary>
    /// <param name="service">This service's name in <see cref="EventTopology"/>, such as <c>risk-scoring</c>.</param>
    public static IHostApplicationBuilder AddMessaging<TDbContext>(
        this IHostApplicationBuilder builder, string service, Action<MessagingBuilder>? configure = null)
        where TDbContext : DbContext => throw new NotSupportedException();

    /// <summary>Adds the outbox, inbox and quarantine tables to a service's model; call it in <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddMessagingTables(this ModelBuilder model) => throw new NotSupportedException();

    /// <summary>
    /// Writes an event to the outbox with the caller's next <c>SaveChangesAsync</c>; the relay publishes it after the commit.
    /// </summary>
    public static void Publish(this DbContext db, IPlatformEvent @event) => throw new NotSupportedException();
}

/// <summary>What a service handles.</summary>
public sealed class MessagingBuilder
{
    public MessagingBuilder Handle<TEvent, THandler>()
        where TEvent : class, IPlatformEvent
        where THandler : class, IHandle<TEvent> => throw new NotSupportedException();
}
