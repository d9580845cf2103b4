using System.Collections.Concurrent;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Gateway.Forwarding;
using Chokepoint.ServiceDefaults;
using static Chokepoint.ServiceDefaults.HealthAnswer;

namespace Chokepoint.Gateway.Health;

/// <summary>
/// The whole platform's health, asked of every replica's <c>/ready</c> at once: each service by name, and the servers behind them as the
/// services see them, which is what counts.
/// </summary>
internal sealed class PlatformHealth(Services services, HttpMessageInvoker connections, TimeProvider time) : IDisposable
{
    /// <summary>Servers that services report on by these names.</summary>
    private static readonly string[] Servers = ["postgres", "broker"];

    /// <summary>The endpoint is open to all: however often it is asked, the services are asked this often at most.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly SemaphoreSlim _asking = new(1);
    private HealthAnswer? _last;
    private long _askedAt;

    public async Task<HealthAnswer> AskAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_last is null || time.GetElapsedTime(_askedAt) > Kept)
                (_last, _askedAt) = (await AskServicesAsync(cancellationToken), time.GetTimestamp());
            return _last;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    private async Task<HealthAnswer> AskServicesAsync(CancellationToken cancellationToken)
    {
        var answers = new ConcurrentBag<HealthAnswer>();
        var states = await Task.WhenAll(services.All.Select(async service =>
        {
            var replicas = await Task.WhenAll(service.Replicas.Select(replica => AskAsync(replica, cancellationToken)));
            foreach (var answer in replicas.OfType<HealthAnswer>())
                answers.Add(answer);
            return (service.Area.Name, Check: Summarise(replicas));
        }));

        var checks = states.ToDictionary(state => state.Name, state => state.Check, StringComparer.Ordinal);
        foreach (var server in Servers)
            checks[server] = Summarise(server, answers);
        return new HealthAnswer(Worst(checks.Values.Select(check => check.Status)), checks);
    }

    /// <summary>One replica that works carries the service; one that does not makes it degraded.</summary>
    private static Check Summarise(HealthAnswer?[] replicas)
    {
        if (replicas.Length is 0)
            return new Check(Unhealthy, "Not part of this platform's configuration.");
        var working = replicas.Count(answer => answer is { Status: not Unhealthy });
        if (working < replicas.Length)
        {
            var why = replicas.FirstOrDefault(answer => answer is { Status: Unhealthy })?.Checks
                .Where(check => check.Value.Status is Unhealthy).Select(check => check.Value.Detail ?? check.Key).FirstOrDefault() ?? "It cannot be reached.";
            var detail = replicas.Length is 1 ? why : $"{working} of {replicas.Length} replicas work. {why}";
            return new Check(working is 0 ? Unhealthy : Degraded, detail);
        }
        var degraded = replicas.OfType<HealthAnswer>().FirstOrDefault(answer => answer.Status is Degraded);
        return degraded is null
            ? new Check(Healthy)
            : new Check(Degraded, degraded.Checks.Values.FirstOrDefault(check => check.Status is Degraded)?.Detail);
    }

    /// <summary>The worst that any service reports of a server it uses.</summary>
    private static Check Summarise(string server, IEnumerable<HealthAnswer> answers)
    {
        var reports = answers.Select(answer => answer.Checks.GetValueOrDefault(server)).OfType<Check>().ToArray();
        if (reports.Length is 0)
            return new Check(Unhealthy, "No service that uses it answers, so nothing is known of it.");
        var worst = Worst(reports.Select(report => report.Status));
        return reports.First(report => report.Status == worst);
    }

    private static string Worst(IEnumerable<string> states)
    {
        var all = states.ToHashSet(StringComparer.Ordinal);
        return all.Contains(Unhealthy) ? Unhealthy : all.Contains(Degraded) ? Degraded : Healthy;
    }

    /// <summary>What the replica says of itself, healthy or not; null when it says nothing.</summary>
    private async Task<HealthAnswer?> AskAsync(Replica replica, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica.Address, "ready"));
            using var answer = await connections.SendAsync(request, deadline.Token);
            await using var body = await answer.Content.ReadAsStreamAsync(deadline.Token);
            return await JsonSerializer.DeserializeAsync<HealthAnswer>(body, EventJson.Options, deadline.Token);
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or IOException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}

internal static class PlatformHealthExtensions
{
    public static void AddPlatformHealth(this WebApplicationBuilder builder) => builder.Services.AddSingleton<PlatformHealth>();

    /// <summary><c>GET /health</c>: 200 while the platform does its work, degraded too; 503 when a part of it cannot.</summary>
    public static void MapPlatformHealth(this WebApplication app) => app.MapGet("/health", async (HttpContext http, PlatformHealth health) =>
    {
        var answer = await health.AskAsync(http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        if (answer.Status is Unhealthy)
            http.Response.Headers.RetryAfter = "1";
        return Results.Json(answer, EventJson.Options, statusCode: answer.Status is Unhealthy ? 503 : 200);
    }).WithHead();
}
