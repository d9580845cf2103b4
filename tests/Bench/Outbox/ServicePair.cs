using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.Bench.Outbox;

/// <summary>A service that publishes and one that handles, each with its database.</summary>
internal sealed class ServicePair : IAsyncDisposable
{
    private readonly IHost _publisher;
    private readonly IHost _consumer;
    private long _committed;

    private ServicePair(IHost publisher, IHost consumer) => (_publisher, _consumer) = (publisher, consumer);

    public static async Task<ServicePair> StartAsync(BenchServers servers, CancellationToken cancellationToken)
    {
        var publisher = await StartAsync("risk-scoring", await servers.DatabaseAsync("publisher", cancellationToken), servers.Broker, cancellationToken);
        var consumer = await StartAsync("notifications", await servers.DatabaseAsync("consumer", cancellationToken), servers.Broker, cancellationToken);
        return new ServicePair(publisher, consumer);
    }

    /// <summary>Events committed so far.</summary>
    public long Committed => Interlocked.Read(ref _committed);

    /// <summary>Completes when that many more events have been handled.</summary>
    public Task Expect(int events) => _consumer.Services.GetRequiredService<Arrivals>().Expect(events);

    public async Task CommitAsync(IEnumerable<IPlatformEvent> events, CancellationToken cancellationToken)
    {
        await using var scope = _publisher.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BenchDb>();
        foreach (var @event in events) db.Publish(@event);
        Interlocked.Add(ref _committed, await db.SaveChangesAsync(cancellationToken));
    }

    /// <summary>Events that the consumer's inbox holds, once nothing is on its way any more.</summary>
    public async Task<long> RecordedAsync(CancellationToken cancellationToken)
    {
        var source = _consumer.Services.GetRequiredService<NpgsqlDataSource>();
        for (var attempt = 0; ; attempt++)
        {
            await using var command = source.CreateCommand("SELECT count(*) FROM messaging.inbox");
            var count = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            if (count >= Committed || attempt == 50) return count;
            await Task.Delay(100, cancellationToken); // the last group's commit
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in (IHost[])[_publisher, _consumer])
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    private static async Task<IHost> StartAsync(string service, string database, string broker, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:broker", broker)]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole();
        builder.Services.AddSingleton(BenchServers.DataSource(database));
        builder.Services.AddDbContextPool<BenchDb>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        builder.Services.AddSingleton<Arrivals>();
        builder.AddMessaging<BenchDb>(service, messaging =>
        {
            if (service == "notifications") messaging.Handle<RiskScoreChanged, Counting>();
        });
        var host = builder.Build();
        await using (var scope = host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<BenchDb>().Database.EnsureCreatedAsync(cancellationToken);
        await host.StartAsync(cancellationToken);
        return host;
    }

    internal sealed class BenchDb(DbContextOptions<BenchDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddMessagingTables();
    }

    /// <summary>Does nothing but be counted: the inbox row is the effect.</summary>
    private sealed class Counting(Arrivals arrivals) : IHandle<RiskScoreChanged>
    {
        public Task HandleAsync(RiskScoreChanged @event, CancellationToken cancellationToken)
        {
            arrivals.Count();
            return Task.CompletedTask;
        }
    }

    private sealed class Arrivals
    {
        private TaskCompletionSource _done = new();
        private int _missing;

        public Task Expect(int events)
        {
            _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _missing, events);
            return _done.Task;
        }

        public void Count()
        {
            if (Interlocked.Decrement(ref _missing) == 0) _done.TrySetResult();
        }
    }
}
