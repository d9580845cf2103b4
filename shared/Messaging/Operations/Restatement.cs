using Chokepoint.Contracts;
using Chokepoint.Messaging.Outbox;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Chokepoint.Messaging.Operations;

/// <summary>
/// A service's facts as events tell them: of each aggregate that was ever announced what it is now, under the version that was
/// announced last, silent, with an id of its own.
/// </summary>
/// <typeparam name="TEvent">The event that announces a change of such an aggregate.</typeparam>
public interface IFacts<TEvent>
    where TEvent : class, IPlatformEvent
{
    Task<long> CountAsync(CancellationToken cancellationToken);

    /// <summary>All of them as of one moment.</summary>
    IAsyncEnumerable<TEvent> StateAsync(CancellationToken cancellationToken);
}

/// <param name="Facts">Aggregates that were announced.</param>
public sealed record FactsHeld(string Event, long Facts);

/// <param name="Stated">Facts that are on their way to <paramref name="To"/>.</param>
public sealed record FactsStated(string Event, string To, long Stated);

/// <summary>States facts again for one consumer that has lost its picture of them (docs/adr/rebuild-by-restating.md).</summary>
public static class Restatement
{
    private const int AtOnce = 500;

    /// <summary>Maps <c>GET facts</c> and <c>POST restate?to=</c> onto the group of <c>MapOperations</c>; needs an <see cref="IFacts{TEvent}"/>.</summary>
    public static RouteGroupBuilder MapRestatement<TEvent>(this RouteGroupBuilder group)
        where TEvent : class, IPlatformEvent
    {
        group.MapGet("/facts", CountAsync<TEvent>).WithName("CountFacts").WithSummary("How many facts this service has announced");
        group.MapPost("/restate", StateAsync<TEvent>).WithName("RestateFacts")
            .WithSummary("States every fact again, to the one consumer named by `to`, under its present version; nobody else hears of it");
        return group;
    }

    private static async Task<Ok<FactsHeld>> CountAsync<TEvent>(IFacts<TEvent> facts, CancellationToken cancellationToken)
        where TEvent : class, IPlatformEvent =>
        TypedResults.Ok(new FactsHeld(typeof(TEvent).Name, await facts.CountAsync(cancellationToken)));

    private static async Task<Results<Accepted<FactsStated>, ProblemHttpResult>> StateAsync<TEvent>(
        string to, NpgsqlDataSource source, IFacts<TEvent> facts, IOutbox outbox, CancellationToken cancellationToken)
        where TEvent : class, IPlatformEvent
    {
        var route = EventTopology.Routes.Single(route => route.Event == typeof(TEvent));
        if (!route.Consumers.Contains(to, StringComparer.Ordinal))
            return Problems.Invalid("/to", $"Must be one of those who hear {typeof(TEvent).Name}: {string.Join(", ", route.Consumers)}.");

        // Written in one commit: all of it is stated, or nothing.
        await using var writing = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await writing.BeginTransactionAsync(cancellationToken);
        var stated = 0L;
        var some = new List<IPlatformEvent>(AtOnce);
        await foreach (var fact in facts.StateAsync(cancellationToken))
        {
            some.Add(fact);
            stated++;
            if (some.Count < AtOnce) continue;
            await outbox.WriteToAsync(route.QueueOf(to), transaction, some, cancellationToken);
            some.Clear();
        }

        await outbox.WriteToAsync(route.QueueOf(to), transaction, some, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        outbox.Committed();
        return TypedResults.Accepted((string?)null, new FactsStated(typeof(TEvent).Name, to, stated));
    }
}
