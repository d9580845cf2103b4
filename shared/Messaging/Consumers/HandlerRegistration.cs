using Chokepoint.Contracts;
using Chokepoint.Messaging.Inbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chokepoint.Messaging.Consumers;

/// <summary>One queue of this service and what handles its events.</summary>
internal abstract record HandlerRegistration(string Queue, int? Concurrency, TimeSpan Linger)
{
    public abstract IQueueConsumer Create<TDbContext>(IServiceProvider provider)
        where TDbContext : DbContext;
}

internal sealed record HandlerRegistration<TEvent, THandler>(string Queue, int? Concurrency, TimeSpan Linger) : HandlerRegistration(Queue, Concurrency, Linger)
    where TEvent : class, IPlatformEvent
    where THandler : class, IHandle<TEvent>
{
    public override IQueueConsumer Create<TDbContext>(IServiceProvider provider)
    {
        var inbox = provider.GetRequiredService<InboxTransactions<TDbContext>>();
        var options = provider.GetRequiredService<IOptions<MessagingOptions>>().Value;
        GroupCommit<TEvent>.Apply apply = (deliveries, token) => inbox.ApplyAsync<TEvent, THandler>(Queue, deliveries, token);
        return ActivatorUtilities.CreateInstance<EventConsumer<TEvent>>(
            provider, Queue, apply, Concurrency ?? options.Concurrency, Linger);
    }
}

/// <summary>What consumes one queue: it outlives the bus that feeds it, which may be built anew.</summary>
internal interface IQueueConsumer : IDisposable
{
    string Queue { get; }

    /// <param name="endpoint">Of a bus that is being built.</param>
    /// <param name="over">Cancelled when that bus is to end: what it has brought and waits is given back.</param>
    void Connect(IReceiveEndpointConfigurator endpoint, CancellationToken over);

    /// <param name="stop">Begin nothing more.</param>
    /// <param name="abandon">Leave what has been begun; it is rolled back and comes again.</param>
    Task RunAsync(CancellationToken stop, CancellationToken abandon);
}
