using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Chokepoint.ExportControls.Tests.Support;

/// <summary>The service as it ships, on a database and a broker of its own, with a clock that the test may move.</summary>
internal sealed class ControlsApp : WebApplicationFactory<ControlsDbContext>
{
    public const string OpsKey = "ops-key-of-the-tests";

    private readonly string _database;
    private readonly string _broker;
    private readonly (string Name, string Value)[] _settings;

    private readonly Action<IServiceCollection>? _also;

    private ControlsApp(string database, string broker, DateTimeOffset? now, (string, string)[] settings, Action<IServiceCollection>? also) =>
        (_database, _broker, Time, _settings, _also) = (database, broker, new MovedTime(now), settings, also);

    public MovedTime Time { get; }

    public HttpClient Http => field ??= Authorized(OpsKey);

    public static async Task<ControlsApp> StartAsync(ServersFixture servers, DateTimeOffset? now = null, params (string, string)[] settings) =>
        await StartOnAsync(await servers.CreateDatabaseAsync(), await servers.CreateBrokerAsync(), now, settings);

    /// <summary>With services beside its own.</summary>
    public static async Task<ControlsApp> StartWithAsync(ServersFixture servers, Action<IServiceCollection> also, params (string, string)[] settings) =>
        await StartOnAsync(await servers.CreateDatabaseAsync(), await servers.CreateBrokerAsync(), now: null, settings, also);

    /// <summary>A second process on the same database and broker, or the same one started again.</summary>
    public Task<ControlsApp> StartAnotherAsync(DateTimeOffset? now = null) => StartOnAsync(_database, _broker, now, _settings);

    /// <summary>The same with other settings, which win.</summary>
    public Task<ControlsApp> StartAnotherAsync(params (string, string)[] settings) => StartOnAsync(_database, _broker, now: null, [.. _settings, .. settings]);

    /// <summary>Stops the process as a signal would; its test server answers no more.</summary>
    public Task StopServicesAsync() => Services.GetRequiredService<IHost>().StopAsync();

    private static async Task<ControlsApp> StartOnAsync(
        string database, string broker, DateTimeOffset? now, (string, string)[] settings, Action<IServiceCollection>? also = null)
    {
        var app = new ControlsApp(database, broker, now, settings, also);
        await Eventually.IsTrueAsync(async () => (await app.Http.GetAsync("/ready")).StatusCode is HttpStatusCode.OK, TimeSpan.FromSeconds(60));
        return app;
    }

    public HttpClient Authorized(string? key)
    {
        var client = CreateClient();
        if (key is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public Task<HttpResponseMessage> PostAsync(string json, string query = "") => Http.PostAsync("/api/controls/notices" + query, Body(json));

    /// <summary>Posts a notice that must be new, and answers with it.</summary>
    public async Task<JsonNode> RecordAsync(string json)
    {
        var answer = await PostAsync(json);
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, body);
        return JsonNode.Parse(body)!;
    }

    public async Task<HttpResponseMessage> PutAsync(string id, string json, string? etag)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"/api/controls/notices/{id}") { Content = Body(json) };
        if (etag is not null) request.Headers.TryAddWithoutValidation("If-Match", etag);
        return await Http.SendAsync(request);
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        var answer = await Http.GetAsync("/api/controls" + path);
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        return JsonNode.Parse(body)!;
    }

    /// <summary>The items of a list, all pages.</summary>
    public async Task<List<JsonNode>> ItemsAsync(string path)
    {
        var items = new List<JsonNode>();
        for (string? cursor = null; ;)
        {
            var page = await GetAsync(cursor is null ? path : $"{path}{(path.Contains('?') ? '&' : '?')}cursor={cursor}");
            items.AddRange(page["items"]!.AsArray().Select(i => i!));
            if ((cursor = (string?)page["nextCursor"]) is null) return items;
        }
    }

    public async Task<T> WithDbAsync<T>(Func<ControlsDbContext, Task<T>> use)
    {
        await using var scope = Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<ControlsDbContext>());
    }

    public Task<int> NoticesAsync() => WithDbAsync(db => db.Notices.CountAsync());

    /// <summary>The changes of state this service has published, as the broker delivers them to those who score.</summary>
    public Task<EventTap<ControlStateChanged>> TapAsync() => TapAsync<ControlStateChanged>("risk-scoring");

    /// <summary>The boundaries ahead it has told of, as the broker delivers them to those who tell subscribers.</summary>
    public Task<EventTap<ControlBoundaryApproaching>> TapRemindersAsync() => TapAsync<ControlBoundaryApproaching>("notifications");

    private async Task<EventTap<TEvent>> TapAsync<TEvent>(string consumer)
        where TEvent : IPlatformEvent
    {
        var connection = await new ConnectionFactory { Uri = new Uri(_broker) }.CreateConnectionAsync();
        return new EventTap<TEvent>(connection, consumer);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseContentRoot(AppContext.BaseDirectory);
        builder.UseSetting("ConnectionStrings:controlsdb", _database);
        builder.UseSetting("ConnectionStrings:broker", _broker);
        builder.UseSetting("Keys:Ops", OpsKey);
        builder.UseSetting("Registry:BuiltIn", "false"); // the tests of the shipped notices set it
        foreach (var (name, value) in _settings) builder.UseSetting(name, value);
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            _also?.Invoke(services);
        });
    }

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");
}

/// <summary>Runs on from another instant than now.</summary>
internal sealed class MovedTime(DateTimeOffset? start) : TimeProvider
{
    private TimeSpan _offset = start is { } instant ? instant - System.GetUtcNow() : TimeSpan.Zero;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _offset;

    public void MoveTo(DateTimeOffset instant) => _offset = instant - System.GetUtcNow();
}

/// <summary>Reads the queue that a consumer would read.</summary>
internal sealed class EventTap<TEvent>(IConnection connection, string consumer) : IAsyncDisposable
    where TEvent : IPlatformEvent
{
    private readonly string _queue = EventTopology.Routes.Single(r => r.Event == typeof(TEvent)).QueueOf(consumer);

    private readonly HashSet<Guid> _seen = [];
    private IChannel? _channel;

    /// <summary>The next so many events, in the order in which they were delivered; a repeated delivery, which the outbox may make, is passed over.</summary>
    public async Task<List<TEvent>> TakeAsync(int count)
    {
        var events = new List<TEvent>();
        var channel = await OpenAsync();
        await Eventually.IsTrueAsync(async () =>
        {
            while (events.Count < count && await channel.BasicGetAsync(_queue, autoAck: true) is { } message)
            {
                var read = JsonSerializer.Deserialize<TEvent>(message.Body.Span, EventJson.Options)!;
                if (_seen.Add(read.EventId)) events.Add(read);
            }
            return events.Count == count;
        });
        return events;
    }

    /// <summary>Nothing waits in the outbox and nothing in the queue.</summary>
    public async Task IsSilentAsync(ControlsApp app)
    {
        await Eventually.IsTrueAsync(() => app.WithDbAsync(async db =>
            await db.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM messaging.outbox").SingleAsync() == 0));
        (await (await OpenAsync()).BasicGetAsync(_queue, autoAck: true)).ShouldBeNull();
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null) await _channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    /// <summary>The service declares its queues some time after it began to answer; a channel that asks for none before is closed.</summary>
    private async Task<IChannel> OpenAsync()
    {
        await Eventually.SucceedsAsync(async () =>
        {
            if (_channel is { IsOpen: true }) return;
            var channel = _channel = await connection.CreateChannelAsync();
            await channel.QueueDeclarePassiveAsync(_queue);
        });
        return _channel!;
    }
}
