using Chokepoint.Contracts;
using Chokepoint.Messaging.Inbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.Messaging.Consumers;

/// <summary>One queue of this service and what handles its events.</summary>
internal abstract record HandlerRegistration(string Queue, int? Concurrency)
{
    /// <summary>Puts the consumer on its endpoint.</summary>
    public abstract void Connect<TDbContext>(IReceiveEndpointConfigurator endpoint, IServiceProvider provider)
        where TDbContext : DbContext;
}

internal sealed record HandlerRegistration<TEvent, THandler>(string Queue, int? Concurrency) : HandlerRegistration(Queue, Concurrency)
    where TEvent : class, IPlatformEvent
    where THandler : class, IHandle<TEvent>
{
    public override void Connect<TDbContext>(IReceiveEndpointConfigurator endpoint, IServiceProvider provider)
    {
        var inbox = provider.GetRequiredService<InboxTransactions<TDbContext>>();
        endpoint.Instance(ActivatorUtilities.CreateInstance<EventConsumer<TEvent>>(
            provider, Queue, (EventConsumer<TEvent>.Apply)inbox.ApplyAsync<TEvent, THandler>));
    }
}
