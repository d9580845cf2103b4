using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.Notifications.Data;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Notifications.Dispatch;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Chokepoint.Notifications.Tests;

/// <summary>The service as it runs, on a database and a virtual host of its own, allowed to call loopback.</summary>
internal sealed class NotificationsHost : IAsyncDisposable
{
    private const string Key = "test-operations-key-0123456789abcdef";

    private readonly Dictionary<string, string> _settings;
    // Any type of the assembly names its entry point; Program would be ambiguous with that of tests/Testing.
    private readonly WebApplicationFactory<NotificationsDbContext> _factory;

    private NotificationsHost(Dictionary<string, string> settings)
    {
        _settings = settings;
        _factory = new WebApplicationFactory<NotificationsDbContext>().WithWebHostBuilder(web =>
        {
            web.UseEnvironment("Production");
            foreach (var (name, value) in settings) web.UseSetting(name, value);
        });
        Http = _factory.CreateClient();
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    /// <summary>With the operations key.</summary>
    public HttpClient Http { get; }

    public IServiceProvider Services => _factory.Services;

    public IReadOnlyDictionary<string, string> Settings => _settings;

    public Housekeeping Housekeeping => Services.GetServices<IHostedService>().OfType<Housekeeping>().Single();

    public string Database => _settings["ConnectionStrings:notificationsdb"];

    /// <param name="settings">Pairs of a name under <c>Webhooks:</c> (or from <c>Keys:</c> on) and its value, over the defaults of these tests.</param>
    public static async Task<NotificationsHost> StartAsync(ServersFixture servers, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings:notificationsdb"] = await servers.CreateDatabaseAsync(),
            ["ConnectionStrings:broker"] = await servers.CreateBrokerAsync(),
            ["Keys:Ops"] = Key,
            ["Logging:LogLevel:Default"] = "Error",
            ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Command"] = "None", // EF looks for its history table first
            ["Webhooks:AllowLoopback"] = "true",
            ["Webhooks:KeyFile"] = Path.Combine(AppContext.BaseDirectory, $"keys-{Guid.NewGuid():N}", "webhooks.key"),
        };
        foreach (var (name, value) in settings) all[Full(name)] = value;
        return await StartAsync(all);
    }

    /// <summary>Another process of the same service: same database, same queues.</summary>
    public Task<NotificationsHost> StartReplicaAsync() => StartAsync(_settings);

    /// <summary>Ends this process and starts another on the same database and queues, with some settings changed.</summary>
    public async Task<NotificationsHost> RestartAsync(params (string Name, string Value)[] settings)
    {
        await StopAsync();
        var changed = new Dictionary<string, string>(_settings, StringComparer.Ordinal);
        foreach (var (name, value) in settings) changed[Full(name)] = value;
        return await StartAsync(changed);
    }

    private static string Full(string name) => name.StartsWith("Keys:", StringComparison.Ordinal) ? name : $"Webhooks:{name}";

    public ValueTask StopAsync() => _factory.DisposeAsync();

    private static async Task<NotificationsHost> StartAsync(Dictionary<string, string> settings)
    {
        var host = new NotificationsHost(settings);
        await Eventually.IsTrueAsync(async () => (await host.Http.GetAsync("/ready")).StatusCode == HttpStatusCode.OK, TimeSpan.FromSeconds(60));
        return host;
    }

    /// <summary>Through the outbox, the relay and the broker, as another service would.</summary>
    public async Task PublishAsync(params IPlatformEvent[] events)
    {
        await using var scope = Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NotificationsDbContext>();
        foreach (var @event in events) db.Publish(@event);
        await db.SaveChangesAsync();
    }

    /// <summary>Creates a subscription; the rest of the body is as given.</summary>
    public async Task<CreatedSubscription> SubscribeAsync(Uri url, object? filter = null, string[]? eventTypes = null, int? maxPerSecond = null)
    {
        var answer = await PostAsync("subscriptions", new { url, eventTypes = eventTypes ?? [], filter = filter ?? new { }, maxPerSecond }, HttpStatusCode.Created);
        return new CreatedSubscription(answer.GetProperty("id").GetGuid(), answer.GetProperty("secret").GetString()!);
    }

    public async Task<JsonElement> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK) =>
        await ReadAsync(await Http.GetAsync("/api/notifications/" + path), expected);

    public async Task<JsonElement> PostAsync(string path, object? body = null, HttpStatusCode expected = HttpStatusCode.OK) =>
        await ReadAsync(await Http.PostAsync("/api/notifications/" + path, body is null ? null : JsonContent.Create(body)), expected);

    public async Task<HttpResponseMessage> PatchAsync(string path, JsonObject patch, string? ifMatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, "/api/notifications/" + path) { Content = JsonContent.Create(patch) };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await Http.SendAsync(request);
    }

    public async Task<IReadOnlyList<JsonElement>> DeliveriesAsync(Guid subscription, string query = "") =>
        [.. (await GetAsync($"subscriptions/{subscription}/deliveries{query}")).GetProperty("items").EnumerateArray()];

    /// <summary>Waits until the only delivery of a subscription is in a state, and returns it with its attempts.</summary>
    public async Task<JsonElement> DeliveryBecomesAsync(Guid subscription, string state, TimeSpan? within = null)
    {
        var deliveries = await Eventually.BecomesAsync(
            () => DeliveriesAsync(subscription), d => d is [var only] && only.GetProperty("state").GetString() == state, within);
        return await GetAsync($"deliveries/{deliveries[0].GetProperty("id").GetGuid()}");
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _factory.DisposeAsync();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, body);
        return body.Length == 0 ? default : JsonDocument.Parse(body).RootElement;
    }
}

internal sealed record CreatedSubscription(Guid Id, string Secret);
