using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chokepoint.Testing.Webhooks;

/// <summary>What the receiver answers to one request.</summary>
/// <param name="Status">0 cuts the connection without an answer.</param>
/// <param name="Delay">Waits before it answers.</param>
/// <param name="BeforeAnswer">Runs when the request has been recorded and nothing has been answered yet: the place for a fault.</param>
public sealed record ScriptedAnswer(int Status = StatusCodes.Status200OK, TimeSpan Delay = default, string? RetryAfter = null, string? Location = null)
{
    public Func<Task>? BeforeAnswer { get; init; }
}

/// <summary>A subscriber: a real HTTP server on a free loopback port, which records every request and answers as told.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<ReceivedWebhook> received = new();
    private readonly ConcurrentQueue<ScriptedAnswer> script = new();

    private WebhookReceiver(WebApplication app) => this.app = app;

    /// <summary>Where to send to; any path under it is recorded too.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>Everything that came, in the order in which it came.</summary>
    public IReadOnlyList<ReceivedWebhook> Received => [.. received];

    /// <summary>Answers to requests beyond the script.</summary>
    public ScriptedAnswer Otherwise { get; set; } = new();

    public static async Task<WebhookReceiver> StartAsync(CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new WebhookReceiver(builder.Build());
        receiver.app.Run(receiver.AnswerAsync);
        await receiver.app.StartAsync(cancellationToken);
        var addresses = receiver.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        receiver.Url = new Uri(new Uri(addresses.Addresses.Single()), "/hook");
        return receiver;
    }

    /// <summary>The next requests are answered with these, one each.</summary>
    public void AnswerNext(params ScriptedAnswer[] answers)
    {
        foreach (var answer in answers) script.Enqueue(answer);
    }

    /// <summary>Waits until <paramref name="count"/> requests that meet a condition have come, and returns those that have by then.</summary>
    public Task<IReadOnlyList<ReceivedWebhook>> ReceivesAsync(int count = 1, Func<ReceivedWebhook, bool>? that = null, TimeSpan? within = null) =>
        Eventually.BecomesAsync(
            () => Task.FromResult<IReadOnlyList<ReceivedWebhook>>([.. received.Where(that ?? (_ => true))]), found => found.Count >= count, within);

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await app.StopAsync(atOnce.Token);
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var answer = script.TryDequeue(out var scripted) ? scripted : Otherwise;
        var headers = context.Request.Headers.ToDictionary(
            header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal);
        received.Enqueue(new ReceivedWebhook(
            TimeProvider.System.GetUtcNow(), context.Request.Method, context.Request.Path, headers, body, answer.Status));

        if (answer.BeforeAnswer is { } act) await act();
        if (answer.Delay > TimeSpan.Zero) await Task.Delay(answer.Delay, context.RequestAborted);
        if (answer.Status == 0)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = answer.Status;
        if (answer.RetryAfter is { } retryAfter) context.Response.Headers.RetryAfter = retryAfter;
        if (answer.Location is { } location) context.Response.Headers.Location = location;
    }
}
