using System.Net;
using System.Security.Cryptography;
using Chokepoint.Testing.Servers;

namespace Chokepoint.Notifications.Tests.Subscriptions;

public sealed class ScopeTests(ServersFixture servers)
{
    [Fact]
    public async Task A_key_without_the_scope_manages_nothing()
    {
        var keys = Path.Combine(AppContext.BaseDirectory, $"keys-{Guid.NewGuid():N}.json");
        var hash = Convert.ToHexStringLower(SHA256.HashData("reader-key-0123456789"u8));
        await File.WriteAllTextAsync(keys, $$"""[{"name":"reader","sha256":"{{hash}}","scopes":["risk:read"]}]""");
        await using var host = await NotificationsHost.StartAsync(servers, ("Keys:File", keys));
        host.Http.DefaultRequestHeaders.Authorization = new("Bearer", "reader-key-0123456789");
        await host.GetAsync("subscriptions", HttpStatusCode.Forbidden);
        await host.PostAsync("subscriptions", new { url = "https://example.com/" }, HttpStatusCode.Forbidden);
        await host.GetAsync($"deliveries/{Guid.NewGuid()}", HttpStatusCode.Forbidden);
        await host.GetAsync("event-types");
    }
}
