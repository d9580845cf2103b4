using Chokepoint.Testing.Servers;

namespace Chokepoint.Notifications.Tests;

/// <summary>One running service for a class whose tests do not disturb each other.</summary>
public sealed class SharedHost(ServersFixture servers) : IAsyncLifetime
{
    internal NotificationsHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await NotificationsHost.StartAsync(servers, ("RetryDelays:0", "00:00:00"));

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
