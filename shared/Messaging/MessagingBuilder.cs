using Chokepoint.Contracts;
using Chokepoint.Messaging.Consumers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Chokepoint.Messaging;

/// <summary>What a service handles.</summary>
public sealed class MessagingBuilder
{
    private readonly IServiceCollection _services;
    private readonly List<HandlerRegistration> _handlers = [];

    internal MessagingBuilder(string service, IServiceCollection services) => (Service, _services) = (service, services);

    internal string Service { get; }
    internal IReadOnlyList<HandlerRegistration> Handlers => _handlers;

    /// <summary>Applies every <typeparamref name="TEvent"/> by a <typeparamref name="THandler"/>, from this service's queue for it.</summary>
    /// <param name="concurrency">How many transactions at once in this process; null takes <see cref="MessagingOptions.Concurrency"/>.</param>
    /// <param name="linger">
    /// How long the first of what comes waits for more, where nobody waits for its effects: then it shares a transaction, and leaves the
    /// processors to those who are waited for. None by default.
    /// </param>
    /// <exception cref="InvalidOperationException">No route of <see cref="EventTopology"/> brings the event to this service.</exception>
    public MessagingBuilder Handle<TEvent, THandler>(int? concurrency = null, TimeSpan linger = default)
        where TEvent : class, IPlatformEvent
        where THandler : class, IHandle<TEvent>
    {
        var route = EventTopology.Routes.FirstOrDefault(route => route.Event == typeof(TEvent) && route.Consumers.Contains(Service, StringComparer.Ordinal))
            ?? throw new InvalidOperationException($"EventTopology has no route that brings {typeof(TEvent).Name} to {Service}.");
        _services.TryAddTransient<THandler>(); // a new one per event, though several may share a transaction and its scope
        _handlers.Add(new HandlerRegistration<TEvent, THandler>(route.QueueOf(Service), concurrency, linger));
        return this;
    }
}
