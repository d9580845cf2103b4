using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chokepoint.Testing.Upstreams;

/// <summary>What the played source answers to one request.</summary>
/// <param name="Body">Sent in <see cref="Encoding"/>.</param>
/// <param name="Status">0 cuts the connection without an answer.</param>
public sealed record PlayedAnswer(string Body = "", int Status = StatusCodes.Status200OK, string MediaType = "application/json")
{
    public Encoding Encoding { get; init; } = Encoding.UTF8;

    /// <summary>Sent in place of <see cref="Body"/> where it is no text.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>Sent with the answer; a request whose <c>If-None-Match</c> is this one gets 304 in its place.</summary>
    public string? ETag { get; init; }

    public string? RetryAfter { get; init; }
    public string? Location { get; init; }

    /// <summary>Ends the connection after so many bytes of the body, which is declared whole.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Sends so many bytes of blanks after the body, for as long as the client takes them.</summary>
    public long Padding { get; init; }

    /// <summary>Whether <c>Content-Length</c> says how long the body is.</summary>
    public bool IsLengthDeclared { get; init; } = true;

    /// <summary>Runs when the request has been recorded and nothing has been answered yet: the place for slowness or a fault.</summary>
    public Func<CancellationToken, Task>? BeforeAnswer { get; init; }
}

/// <param name="Query">With its question mark.</param>
/// <param name="Headers">Names in lower case.</param>
public sealed record PlayedRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body, DateTimeOffset At);

/// <summary>A public source as its server would answer: a real HTTP server on a free loopback port, which records what it is asked.</summary>
public sealed class PlayedSource : IAsyncDisposable
{
    private const int Piece = 64 << 10;
    private readonly WebApplication app;
    private readonly ConcurrentQueue<PlayedRequest> requests = new();
    private readonly ConcurrentQueue<PlayedAnswer> script = new();

    private PlayedSource(WebApplication app) => this.app = app;

    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<PlayedRequest> Requests => [.. requests];

    /// <summary>Answers requests beyond the script, by what they ask.</summary>
    public Func<PlayedRequest, PlayedAnswer> Otherwise { get; set; } = _ => new PlayedAnswer(Status: StatusCodes.Status404NotFound);

    public static async Task<PlayedSource> StartAsync(CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var source = new PlayedSource(builder.Build());
        source.app.Run(source.AnswerAsync);
        await source.app.StartAsync(cancellationToken);
        var addresses = source.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        source.Url = new Uri(addresses.Addresses.Single());
        return source;
    }

    /// <summary>The next requests are answered with these, one each.</summary>
    public void AnswerNext(params PlayedAnswer[] answers)
    {
        foreach (var answer in answers) script.Enqueue(answer);
    }

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
        var request = new PlayedRequest(
            context.Request.Method, context.Request.Path, context.Request.QueryString.Value ?? "",
            context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString(), StringComparer.Ordinal),
            await reader.ReadToEndAsync(context.RequestAborted), TimeProvider.System.GetUtcNow());
        var answer = script.TryDequeue(out var scripted) ? scripted : Otherwise(request);
        requests.Enqueue(request);
        if (answer.BeforeAnswer is { } act) await act(context.RequestAborted);
        if (answer.Status is 0)
        {
            context.Abort();
            return;
        }
        var response = context.Response;
        if (answer.RetryAfter is { } retryAfter) response.Headers.RetryAfter = retryAfter;
        if (answer.Location is { } location) response.Headers.Location = location;
        if (answer.ETag is { } tag) response.Headers.ETag = tag;
        if (answer.ETag is { } current && request.Headers.GetValueOrDefault("if-none-match") == current)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.StatusCode = answer.Status;
        response.ContentType = answer.MediaType;
        await WriteAsync(context, answer);
    }

    private static async Task WriteAsync(HttpContext context, PlayedAnswer answer)
    {
        var body = answer.Bytes ?? answer.Encoding.GetBytes(answer.Body);
        if (answer.IsLengthDeclared) context.Response.ContentLength = body.Length + answer.Padding;
        // Kestrel closes the connection, in good order, when less was written than declared.
        await context.Response.Body.WriteAsync(body.AsMemory(0, Math.Min(answer.CutAfter ?? body.Length, body.Length)), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        var blanks = Encoding.UTF8.GetBytes(new string(' ', Piece));
        for (var left = answer.Padding; left > 0; left -= Piece)
        {
            await context.Response.Body.WriteAsync(blanks.AsMemory(0, (int)Math.Min(left, Piece)), context.RequestAborted);
        }
    }
}
