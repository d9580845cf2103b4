using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Chokepoint.Bench.Reaction;

/// <summary>Notes when the first request with a given name came, and how many came under each; answers 204 at once.</summary>
internal sealed class TimingReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, (long At, int Count)> seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> awaited = new(StringComparer.Ordinal);

    private TimingReceiver(WebApplication app) => this.app = app;

    public Uri Url => new(app.Urls.First());

    public int Repeated => seen.Values.Sum(s => s.Count - 1);

    public static async Task<TimingReceiver> StartAsync(Func<HttpRequest, Task<string?>> name, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new TimingReceiver(builder.Build());
        receiver.app.Run(async context =>
        {
            var at = Stopwatch.GetTimestamp();
            if (await name(context.Request) is { } key) receiver.Note(key, at);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        await receiver.app.StartAsync(cancellationToken);
        return receiver;
    }

    /// <summary>The timestamp of the first request under a name; waits for it, and fails after the deadline.</summary>
    public Task<long> FirstAsync(string key, TimeSpan within) =>
        awaited.GetOrAdd(key, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(within);

    private void Note(string key, long at)
    {
        seen.AddOrUpdate(key, (at, 1), (_, old) => (old.At, old.Count + 1));
        awaited.GetOrAdd(key, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(at);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
