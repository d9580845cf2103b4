using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

[assembly: AssemblyFixture(typeof(ServersFixture))]

namespace Chokepoint.Polling.Tests;

/// <summary>What the polled lists hold, stored in the turn's own transaction; no key, so that doubling shows.</summary>
internal sealed class PolledDb(DbContextOptions<PolledDb> options) : DbContext(options)
{
    public DbSet<Item> Items => Set<Item>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddPollingTables();
}

internal sealed class Item
{
    public int Id { get; init; }
    public required string Name { get; init; }
}

/// <summary>Reads pages of names (<c>{"items": ["a"], "next": 2}</c>), each stored and passed in one transaction.</summary>
internal sealed class ListSource(NpgsqlDataSource database) : IPolledSource
{
    public Func<Task>? BeforeCommit { get; set; }

    public async Task PollAsync(PollTurn turn, CancellationToken cancellationToken)
    {
        var page = int.Parse(turn.Cursor ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        while (true)
        {
            var answer = await turn.FetchAsync(
                new PollRequest { Name = $"page {page}", Address = new Uri(turn.Options.Address!, $"/list?page={page}"), Expected = Expected.Json }, cancellationToken);
            if (answer.IsUnchanged) return;
            using var json = answer.Json();
            if (!json.RootElement.TryGetProperty("items", out var items)) throw answer.LayoutChanged("no items");
            int? next = json.RootElement.TryGetProperty("next", out var n) ? n.GetInt32() : null;
            var seen = items.EnumerateArray().Select(i => new SeenDocument(i.GetString()!, "1")).ToList();
            await StoreAsync(turn, seen, next ?? page, cancellationToken);
            if (next is null) return;
            page = next.Value;
        }
    }

    private async Task StoreAsync(PollTurn turn, List<SeenDocument> seen, int cursor, CancellationToken cancellationToken)
    {
        await using var db = new PolledDb(new DbContextOptionsBuilder<PolledDb>().UseNpgsql(database).Options);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        foreach (var item in await turn.UnseenAsync(seen, cancellationToken)) db.Items.Add(new Item { Name = item.Key });
        await db.SaveChangesAsync(cancellationToken);
        await turn.AdvanceAsync((NpgsqlConnection)db.Database.GetDbConnection(), $"{cursor}", seen, cancellationToken);
        if (BeforeCommit is { } act) await act();
        await transaction.CommitAsync(cancellationToken);
    }
}

/// <summary>A service that polls one list, on a database of its own unless another shares it.</summary>
internal sealed class Poller : IAsyncDisposable
{
    private const string Key = "key-of-the-tests";
    private readonly WebApplication _app;

    private Poller(WebApplication app, HttpClient client) => (_app, Client) = (app, client);

    public HttpClient Client { get; }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public ListSource Source => _app.Services.GetRequiredService<ListSource>();

    public static async Task<Poller> StartAsync(string database, Uri? address, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(Poller).Assembly.GetName().Name,
            Args = ["--urls=http://127.0.0.1:0", "--Keys:Ops=" + Key],
        });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Feeds:List:Enabled"] = address is null ? "false" : "true",
            ["Feeds:List:Address"] = address?.ToString(),
            ["Feeds:List:Interval"] = "00:00:00.2",
            ["Feeds:List:BackOff"] = "00:00:00.2",
            ["Feeds:List:MaxBackOff"] = "00:00:01",
            ["Feeds:List:Gap"] = "00:00:00",
            ["Feeds:List:Tries"] = "1",
            ["Polling:Pause"] = "00:00:00.05",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value)));
        builder.AddServiceDefaults(service: "test-service", area: "tests");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(database));
        builder.AddPolledSource<ListSource>("list", "Feeds:List");
        var app = builder.Build();
        app.UseServiceDefaults().MapFeeds(Scopes.Ops);
        await using (var db = Db(database)) await db.Database.EnsureCreatedAsync();
        await app.StartAsync();
        var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return new Poller(app, client);
    }

    public static PolledDb Db(string database) => new(new DbContextOptionsBuilder<PolledDb>().UseNpgsql(database).Options);

    public static async Task<string[]> ItemsAsync(string database)
    {
        await using var db = Db(database);
        return await db.Items.OrderBy(i => i.Name).Select(i => i.Name).ToArrayAsync();
    }

    public async Task<JsonObject> StateAsync() => JsonNode.Parse(await Client.GetStringAsync("/api/tests/feeds/list"))!.AsObject();

    /// <summary>Waits until the source's state meets a condition.</summary>
    public Task<JsonObject> StateAsync(Func<JsonObject, bool> condition) => Eventually.BecomesAsync(StateAsync, condition, TimeSpan.FromSeconds(90));

    /// <summary>Waits until the last failure is this one.</summary>
    public Task<JsonObject> FailsAsync(string failure) => StateAsync(s => s["lastError"]?["failure"]?.GetValue<string>() == failure);

    public async Task<JsonObject> ReadyAsync() => JsonNode.Parse(await Client.GetStringAsync("/ready"))!.AsObject();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
