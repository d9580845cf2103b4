using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Data;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.ServiceDefaults;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Chokepoint.RiskScoring.Tests.Support;

/// <summary>The service itself on real servers, with its first scores made; its clock can be moved.</summary>
internal sealed class RiskService : IAsyncDisposable
{
    private const string Key = "a key for tests";
    private readonly WebApplicationFactory<RiskDbContext> factory;

    private RiskService(WebApplicationFactory<RiskDbContext> factory, string connection, string broker, Clock clock)
    {
        (this.factory, ConnectionString, Database, Broker, Clock) = (factory, connection, NpgsqlDataSource.Create(connection), broker, clock);
        Http = factory.CreateClient();
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    public HttpClient Http { get; }
    public string ConnectionString { get; }
    public NpgsqlDataSource Database { get; }
    public string Broker { get; }
    public Clock Clock { get; }
    public IServiceProvider Services => factory.Services;

    public static async Task<RiskService> StartAsync(ServersFixture servers, DateTimeOffset? now = null) =>
        await StartAsync(await servers.CreateDatabaseAsync(), await servers.CreateBrokerAsync(), new Clock(now ?? DateTimeOffset.UtcNow));

    /// <summary>The same service again, or another replica of it.</summary>
    /// <param name="idle">Scores nothing by itself.</param>
    public static async Task<RiskService> StartAsync(string database, string broker, Clock clock, bool idle = false)
    {
        var host = new WebApplicationFactory<RiskDbContext>().WithWebHostBuilder(web => web
            .UseSetting("ConnectionStrings:riskdb", database)
            .UseSetting("ConnectionStrings:broker", broker)
            .UseSetting("Keys:Ops", Key)
            .UseSetting("Logging:LogLevel:Default", "Warning")
            .ConfigureTestServices(services =>
            {
                services.AddSingleton<TimeProvider>(clock);
                if (!idle) return;
                foreach (var own in services.Where(s => s.ImplementationType == typeof(FirstScores) || s.ImplementationType == typeof(RescoreWorker)).ToList()) services.Remove(own);
            }));
        var service = new RiskService(host, database, broker, clock);
        if (idle) await service.Services.GetRequiredService<DatabaseReadiness>().WaitAsync(CancellationToken.None);
        else await Eventually.IsTrueAsync(async () => (await service.Http.GetAsync("/ready")).IsSuccessStatusCode, TimeSpan.FromSeconds(180));
        return service;
    }

    public async Task<ScoreDocument> ScoreAsync(string economy, string mineral, string query = "") =>
        (await Http.GetFromJsonAsync<ScoreDocument>($"/api/risk/scores/{economy}/{mineral}{query}", EventJson.Options))!;

    public async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path);

    public async Task<long> CountAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await factory.DisposeAsync();
        await Database.DisposeAsync();
    }
}
