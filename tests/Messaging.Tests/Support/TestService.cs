using Chokepoint.Contracts;
using Chokepoint.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.Messaging.Tests.Support;

/// <summary>A service of the platform as far as messaging goes: a host with a database and a broker.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly IHost _host;

    private TestService(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public static async Task<TestService> StartAsync(
        string service, string database, string broker, Script? script = null, Action<MessagingOptions>? configure = null,
        bool retrying = false, IInterceptor? interceptor = null, bool together = false, bool alone = false, TimeSpan linger = default)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:broker", broker)]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.AddSingleton(new NpgsqlDataSourceBuilder(database).Build());
        builder.Services.AddDbContext<TestDb>((provider, options) =>
        {
            if (interceptor is not null) options.AddInterceptors(interceptor);
            options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>(), npgsql =>
            {
                if (retrying) npgsql.EnableRetryOnFailure();
            });
        });
        builder.Services.AddSingleton(script ?? new Script());
        builder.Services.Configure<MessagingOptions>(options => configure?.Invoke(options));
        builder.AddMessaging<TestDb>(service, messaging =>
        {
            if (service != "risk-scoring") return;
            if (alone) messaging.Handle<ControlStateChanged, RecordingAlone>(linger: linger);
            else if (together) messaging.Handle<ControlStateChanged, RecordingTogether>(linger: linger);
            else messaging.Handle<ControlStateChanged, Recording>(linger: linger);
            messaging.Handle<PriceSignalChanged, RecordingPrices>();
        });
        var started = new TestService(builder.Build());
        await started.WithDbAsync(db => db.Database.EnsureCreatedAsync());
        await started._host.StartAsync();
        return started;
    }

    public async Task<T> WithDbAsync<T>(Func<TestDb, Task<T>> use)
    {
        await using var scope = Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<TestDb>());
    }

    public Task CommitAsync(params IEnumerable<IPlatformEvent> events) => WithDbAsync(async db =>
    {
        foreach (var @event in events) db.Publish(@event);
        return await db.SaveChangesAsync();
    });

    public Task<int> OutboxAsync() => WithDbAsync(db => db.Set<OutboxRow>().CountAsync());

    public Task<int> AppliedAsync() => WithDbAsync(db => db.Applied.CountAsync());

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
