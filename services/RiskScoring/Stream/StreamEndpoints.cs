using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.ServiceDefaults;
using Npgsql;

namespace Chokepoint.RiskScoring.Stream;

internal static class StreamEndpoints
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void MapStream(this RouteGroupBuilder api)
    {
        api.MapGet("/stream", Open).WithName("StreamScores")
            .WithSummary("Score changes as server-sent events; Last-Event-ID resumes, a heartbeat comes every 15 s");
        api.MapGet("/moves", ListAsync).WithName("ListMoves").WithSummary("Score changes since an instant, oldest first").Produces<Page<Move>>();
    }

    private static async Task<IResult> ListAsync(DateTimeOffset? since, PageRequest page, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var moves = await Moves.AfterAsync(database, page.After<long?>() ?? 0, since, page.Take, cancellationToken);
        return TypedResults.Ok(Page.From(moves, page, m => (long?)m.Id));
    }

    private static IResult Open(
        HttpRequest request, NpgsqlDataSource database, CommittedRevisions committed, IHostApplicationLifetime process, CancellationToken cancellationToken)
    {
        long? after = null;
        if (request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last)
        {
            if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                return Problems.Of(ProblemKind.Malformed, "Last-Event-ID must be the id of an event of this stream.");
            }

            after = id;
        }

        request.HttpContext.Response.Headers.CacheControl = "no-cache";
        return TypedResults.ServerSentEvents(EventsAsync(after, database, committed, process.ApplicationStopping, cancellationToken));
    }

    /// <param name="ending">Ends the stream between two events: a reader comes back, to another replica, with the id it last had.</param>
    private static async IAsyncEnumerable<SseItem<Move?>> EventsAsync(
        long? after, NpgsqlDataSource database, CommittedRevisions committed, CancellationToken ending, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int most = 200;
        // An id from before the database was begun anew may be ahead of all there is: waiting for it would leave out what comes until then.
        var position = Math.Min(after ?? long.MaxValue, await Moves.LastAsync(database, cancellationToken));
        // At once, so that a reader knows it is connected and where it stands.
        yield return new SseItem<Move?>(null, "heartbeat") { EventId = position.ToString(CultureInfo.InvariantCulture) };
        var quietSince = TimeProvider.System.GetTimestamp();
        using var endOrLeave = CancellationTokenSource.CreateLinkedTokenSource(ending, cancellationToken);
        while (!endOrLeave.IsCancellationRequested)
        {
            var next = committed.NextAsync();
            var moves = await Moves.AfterAsync(database, position, null, most, cancellationToken);
            foreach (var move in moves)
            {
                position = move.Id;
                yield return new SseItem<Move?>(move, "score-changed") { EventId = position.ToString(CultureInfo.InvariantCulture) };
            }

            if (moves.Count > 0)
            {
                quietSince = TimeProvider.System.GetTimestamp();
                continue;
            }

            if (TimeProvider.System.GetElapsedTime(quietSince) >= Heartbeat)
            {
                quietSince = TimeProvider.System.GetTimestamp();
                yield return new SseItem<Move?>(null, "heartbeat") { EventId = position.ToString(CultureInfo.InvariantCulture) };
            }

            await next.WaitAsync(CommittedRevisions.Look, endOrLeave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
