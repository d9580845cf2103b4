using Chokepoint.Polling.Store;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Chokepoint.Polling;

/// <summary>How it stands with the sources, over HTTP; the same in every service that polls.</summary>
public static class PollEndpoints
{
    /// <summary><c>GET /feeds</c>, <c>GET /feeds/{source}</c>, and <c>POST /feeds/{source}/poll</c>, which makes a source due at once.</summary>
    /// <param name="area">The group <c>/api/{area}</c>.</param>
    /// <param name="scope">What a key needs to poll out of turn.</param>
    public static RouteGroupBuilder MapFeeds(this RouteGroupBuilder area, string scope)
    {
        var feeds = area.MapGroup("/feeds").WithTags("Feeds");
        feeds.MapGet("/", ListAsync).WithName("ListFeeds").WithSummary("How it stands with the polled sources")
            .WithDescription("Each with its last success and error, since when it is silent, and the alerts about it, those that have ended too.");
        feeds.MapGet("/{source}", FindAsync).WithName("GetFeed").WithSummary("How it stands with one polled source")
            .ProducesProblem(StatusCodes.Status404NotFound);
        feeds.MapPost("/{source}/poll", HastenAsync).WithName("PollFeed").RequireAuthorization(scope)
            .WithSummary("Poll a source at once rather than when it is due")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        return area;
    }

    private static async Task<Page<PollState>> ListAsync(IEnumerable<PolledSource> sources, PollBoard board, CancellationToken cancellationToken)
    {
        var states = new List<PollState>();
        foreach (var source in sources.OrderBy(s => s.Name, StringComparer.Ordinal)) states.Add(await board.ReadAsync(source, cancellationToken));
        return new Page<PollState>(states, NextCursor: null);
    }

    private static async Task<Results<Ok<PollState>, ProblemHttpResult>> FindAsync(
        string source, IEnumerable<PolledSource> sources, PollBoard board, CancellationToken cancellationToken) =>
        sources.FirstOrDefault(s => s.Name == source) is { } found
            ? TypedResults.Ok(await board.ReadAsync(found, cancellationToken))
            : Problems.NotFound($"No feed is called {source}.");

    private static async Task<Results<Accepted<PollState>, ProblemHttpResult>> HastenAsync(
        string source, IEnumerable<PolledSource> sources, PollStore store, PollBoard board, HttpContext http, CancellationToken cancellationToken)
    {
        if (sources.FirstOrDefault(s => s.Name == source) is not { } found) return Problems.NotFound($"No feed is called {source}.");
        if (!await store.HastenAsync(source, cancellationToken))
            return Problems.Conflict($"The feed {source} is switched off: the operator switches it on in the service's configuration.");
        var here = http.Request.Path.Value!;
        return TypedResults.Accepted(here[..here.LastIndexOf('/')], await board.ReadAsync(found, cancellationToken));
    }
}
