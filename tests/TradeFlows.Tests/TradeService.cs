using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

[assembly: AssemblyFixture(typeof(ServersFixture))]

namespace Chokepoint.TradeFlows.Tests;

/// <summary>The service over real HTTP, with a database and a broker of its own.</summary>
public sealed class TradeService(ServersFixture servers) : IAsyncLifetime
{
    private const string Key = "test-operations-key";

    private WebApplicationFactory<global::Chokepoint.TradeFlows.Data.TradeDbContext>? _factory;

    /// <summary>Configuration beside what every test needs.</summary>
    internal IReadOnlyList<(string Key, string Value)> Settings { get; init; } = [];

    /// <summary>A database that is there already, in place of a new one.</summary>
    internal string? On { get; init; }

    internal HttpClient Client { get; private set; } = null!;

    internal NpgsqlDataSource Database { get; private set; } = null!;

    internal IServiceProvider Services => _factory!.Services;

    public async ValueTask InitializeAsync()
    {
        var database = On ?? await servers.CreateDatabaseAsync();
        var broker = await servers.CreateBrokerAsync();
        Database = NpgsqlDataSource.Create(database);
        _factory = new WebApplicationFactory<global::Chokepoint.TradeFlows.Data.TradeDbContext>().WithWebHostBuilder(host =>
        {
            host.UseSetting("ConnectionStrings:tradedb", database)
                .UseSetting("ConnectionStrings:broker", broker)
                .UseSetting("urls", "http://127.0.0.1:0")
                .UseSetting("Keys:Ops", Key)
                .UseSetting("Logging:LogLevel:Default", "Warning")
                .UseSetting("Imports:BatchBytes", "20000"); // small enough that a small file has several batches
            foreach (var (key, value) in Settings) host.UseSetting(key, value);
        });
        _factory.UseKestrel();
        Client = _factory.CreateClient();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        await Eventually.IsTrueAsync(async () => (await Client.GetAsync("/ready")).IsSuccessStatusCode, TimeSpan.FromSeconds(60));
        await using var remember = Database.CreateCommand(
            """
            CREATE TABLE IF NOT EXISTS said (event jsonb);
            CREATE OR REPLACE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO said VALUES (NEW.payload::jsonb); RETURN NULL; END';
            CREATE OR REPLACE TRIGGER remember AFTER INSERT ON messaging.outbox FOR EACH ROW EXECUTE FUNCTION remember();
            """);
        await remember.ExecuteNonQueryAsync();
    }

    /// <summary>How often an importer's month of a mineral was announced since the start: the outbox forgets what it sent.</summary>
    internal Task<long> AnnouncedAsync(string importer, string mineral, string period) =>
        QueryAsync<long>($"SELECT count(*) FROM said WHERE event->>'importer' = '{importer}' AND event->>'mineral' = '{mineral}' AND event->>'period' = '{period}'");

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_factory is not null) await _factory.DisposeAsync();
        if (Database is not null) await Database.DisposeAsync();
    }

    internal Task<JsonElement> ImportAsync(string format, string body) => ImportAsync(format, Encoding.UTF8.GetBytes(body));

    /// <summary>Sends a file and waits until its import has ended.</summary>
    internal async Task<JsonElement> ImportAsync(string format, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        using var response = await Client.PostAsync($"/api/trade/imports?format={format}", content);
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        var location = response.Headers.Location!;
        return await Eventually.BecomesAsync(
            () => Client.GetFromJsonAsync<JsonElement>(location), job => State(job) is not ("queued" or "running"), TimeSpan.FromSeconds(60));
    }

    /// <summary>As another service would: over the broker, to every service that hears it.</summary>
    internal async Task PublishAsync(IPlatformEvent @event)
    {
        await using var scope = _factory!.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<global::Chokepoint.TradeFlows.Data.TradeDbContext>();
        db.Publish(@event);
        await db.SaveChangesAsync();
    }

    internal async Task<List<(long Line, string Reason)>> RejectsAsync(JsonElement job)
    {
        var page = await Client.GetFromJsonAsync<JsonElement>($"/api/trade/imports/{job.GetProperty("id").GetString()}/rejects");
        return [.. page.GetProperty("items").EnumerateArray().Select(r => (r.GetProperty("line").GetInt64(), r.GetProperty("reason").GetString()!))];
    }

    internal Task<JsonElement> GetAsync(string path) => Client.GetFromJsonAsync<JsonElement>("/api/trade/" + path);

    internal static string State(JsonElement job) => job.GetProperty("state").GetString()!;

    internal async Task<T> QueryAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
