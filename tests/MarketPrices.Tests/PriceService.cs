using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Npgsql;

[assembly: AssemblyFixture(typeof(ServersFixture))]

namespace Chokepoint.MarketPrices.Tests;

/// <summary>The service over real HTTP, with a database and a broker of its own.</summary>
public sealed class PriceService(ServersFixture servers) : IAsyncLifetime
{
    private const string Key = "test-operations-key";

    private WebApplicationFactory<global::Chokepoint.MarketPrices.Data.PricesDbContext>? _factory;

    /// <summary>Configuration beside what every test needs.</summary>
    internal IReadOnlyList<(string Key, string Value)> Settings { get; init; } = [];

    /// <summary>A database that is there already, in place of a new one.</summary>
    internal string? On { get; init; }

    internal HttpClient Client { get; private set; } = null!;

    internal NpgsqlDataSource Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var database = On ?? await servers.CreateDatabaseAsync();
        var broker = await servers.CreateBrokerAsync();
        Database = NpgsqlDataSource.Create(database);
        _factory = new WebApplicationFactory<global::Chokepoint.MarketPrices.Data.PricesDbContext>().WithWebHostBuilder(host =>
        {
            host.UseSetting("ConnectionStrings:pricesdb", database)
                .UseSetting("ConnectionStrings:broker", broker)
                .UseSetting("urls", "http://127.0.0.1:0")
                .UseSetting("Keys:Ops", Key)
                .UseSetting("Logging:LogLevel:Default", "Warning");
            foreach (var (key, value) in Settings) host.UseSetting(key, value);
        });
        _factory.UseKestrel();
        Client = _factory.CreateClient();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        await Eventually.IsTrueAsync(async () => (await Client.GetAsync("/ready")).IsSuccessStatusCode, TimeSpan.FromSeconds(60));
        await using var remember = Database.CreateCommand(
            """
            CREATE TABLE said (event jsonb);
            CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO said VALUES (NEW.payload::jsonb); RETURN NULL; END';
            CREATE TRIGGER remember AFTER INSERT ON messaging.outbox FOR EACH ROW EXECUTE FUNCTION remember();
            """);
        await remember.ExecuteNonQueryAsync();
    }

    /// <summary>How often a series was announced since the start, to subscribers too or for scores alone: the outbox forgets what it sent.</summary>
    internal Task<long> AnnouncedAsync(string source, bool routine) =>
        QueryAsync<long>($"SELECT count(*) FROM said WHERE event->>'source' = '{source}' AND (event->>'routine')::boolean = {routine}");

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_factory is not null) await _factory.DisposeAsync();
        if (Database is not null) await Database.DisposeAsync();
    }

    internal Task<JsonElement> GetAsync(string path) => Client.GetFromJsonAsync<JsonElement>("/api/prices/" + path);

    internal async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string json)
    {
        using var response = await Client.PostAsync("/api/prices/" + path, new StringContent(json, Encoding.UTF8, "application/json"));
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    /// <summary>Records prices of a series that differs from others by its source.</summary>
    internal Task<(HttpStatusCode Status, JsonElement Body)> RecordAsync(
        string source, string observations, string frequency = "monthly", string? vintage = null) => PostAsync("observations", $$"""
        {"series": {"mineral": "gallium", "form": "metal, 99.99 %", "unit": "kg", "currency": "USD", "source": "{{source}}", "frequency": "{{frequency}}"},
         "observations": [{{observations}}]{{(vintage is null ? "" : $", \"vintage\": \"{vintage}\"")}}}
        """);

    /// <summary>Sends a file and waits until its import has ended.</summary>
    internal async Task<JsonElement> ImportAsync(string query, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        using var response = await Client.PostAsync($"/api/prices/imports?{query}", content);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        var location = response.Headers.Location!;
        return await Eventually.BecomesAsync(
            () => Client.GetFromJsonAsync<JsonElement>(location), job => job.GetProperty("state").GetString() is not ("queued" or "running"), TimeSpan.FromSeconds(60));
    }

    internal async Task<T> QueryAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
