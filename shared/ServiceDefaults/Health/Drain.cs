using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Between being asked to end and closing the door: answers for a moment longer, each answer with <c>Connection: close</c> and
/// <c>/ready</c> with 503, so that whoever keeps connections open (the gateway) turns to another replica first. A server that closes a
/// kept connection at once may do it just as a request arrives on it, and HTTP/1.1 leaves the sender of a write not knowing what became
/// of it (RFC 9112 section 9.6). Over sooner when nobody has been connected for a while, and at once when nobody ever was.
/// </summary>
internal sealed class Drain : IHostedLifecycleService, IHealthCheck
{
    /// <summary>Longer than the gateway takes, on a busy machine too, to ask an idle replica for its <c>/ready</c>; a fourth of the host's time to end.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2.5);

    /// <summary>Whoever chose this replica just before it said that it ends has connected by then.</summary>
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private volatile bool _hasBegun;
    private volatile bool _wasUsed;
    private int _connections;

    public async Task CountAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        _wasUsed = true;
        Interlocked.Increment(ref _connections);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    public Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        if (_hasBegun)
            http.Response.Headers.Connection = "close";
        return next(http);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        _hasBegun ? HealthCheckResult.Unhealthy("The process was asked to end and takes no new work.") : HealthCheckResult.Healthy());

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _hasBegun = true;
        var (begun, connected) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        while (_wasUsed && Stopwatch.GetElapsedTime(begun) < Longest && Stopwatch.GetElapsedTime(connected) < Alone && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Look, CancellationToken.None);
            if (Volatile.Read(ref _connections) > 0) connected = Stopwatch.GetTimestamp();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

internal static class DrainExtensions
{
    public static void AddDrain(this IServiceCollection services)
    {
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddHealthChecks().AddCheck<Drain>("process");
        services.AddOptions<KestrelServerOptions>().Configure<Drain>((kestrel, drain) =>
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => drain.CountAsync(connection, next))));
    }

    public static void UseDrain(this WebApplication app) => app.Use(app.Services.GetRequiredService<Drain>().AnswerAsync);
}
