using System.Collections.Concurrent;
using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.RiskScoring.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Chokepoint.RiskScoring.Tests.Support;

/// <summary>Another service of the platform as far as messaging goes, on a database of its own.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly IHost host;

    private Peer(IHost host) => this.host = host;

    public ConcurrentQueue<RiskScoreChanged> Heard { get; private init; } = new();

    public static async Task<Peer> StartAsync(string service, string database, string broker)
    {
        var heard = new ConcurrentQueue<RiskScoreChanged>();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:broker", broker)]);
        builder.Services.AddSingleton(new NpgsqlDataSourceBuilder(database).Build());
        builder.Services.AddDbContext<PeerDb>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        builder.Services.AddSingleton(heard);
        builder.AddMessaging<PeerDb>(service, m =>
        {
            if (service == "notifications") m.Handle<RiskScoreChanged, Ear>();
        });
        var peer = new Peer(builder.Build()) { Heard = heard };
        await peer.WithDbAsync(db => db.Database.EnsureCreatedAsync());
        await peer.host.StartAsync();
        return peer;
    }

    public Task AnnounceAsync(params IEnumerable<IPlatformEvent> events) => WithDbAsync(async db =>
    {
        foreach (var @event in events) db.Publish(@event);
        return await db.SaveChangesAsync();
    });

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    private async Task<T> WithDbAsync<T>(Func<PeerDb, Task<T>> use)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PeerDb>());
    }
}

internal sealed class PeerDb(DbContextOptions<PeerDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddMessagingTables();
}

internal sealed class Ear(ConcurrentQueue<RiskScoreChanged> heard) : IHandle<RiskScoreChanged>
{
    public Task HandleAsync(RiskScoreChanged @event, CancellationToken cancellationToken)
    {
        heard.Enqueue(@event);
        return Task.CompletedTask;
    }
}
