using Chokepoint.Messaging.DeadLetters;
using Chokepoint.Messaging.Outbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Chokepoint.Messaging.Operations;

/// <summary>A page of a list; <paramref name="NextCursor"/> is null on the last.</summary>
public sealed record OpsPage<T>(IReadOnlyList<T> Items, Guid? NextCursor);

/// <summary>What operations do with a service's dead letters and quarantined events, over HTTP.</summary>
public static class MessagingOps
{
    private const int MaximumLimit = 500;

    /// <summary>
    /// Maps <c>dead-letters</c> and <c>quarantine</c> onto a group: list, look, replay, discard. The caller asks for the scope:
    /// bodies are shown.
    /// </summary>
    public static RouteGroupBuilder MapMessagingOps(this RouteGroupBuilder group)
    {
        group.WithTags("Operations");
        var letters = group.MapGroup("/dead-letters");
        letters.MapGet("/", ListDeadLetters).WithName("ListDeadLetters").WithSummary("Messages that could not be applied, oldest first");
        letters.MapGet("/{id:guid}", FindDeadLetter).WithName("GetDeadLetter").WithSummary("One dead letter with its body");
        letters.MapPost("/{id:guid}/replay", async (Guid id, IDeadLetters all, CancellationToken cancellationToken) =>
                Replayed(await all.ReplayAsync(id, cancellationToken), id))
            .WithName("ReplayDeadLetter").WithSummary("Sends it to its queue again");
        letters.MapDelete("/{id:guid}", async (Guid id, IDeadLetters all, CancellationToken cancellationToken) =>
                Discarded(await all.DiscardAsync(id, cancellationToken), id))
            .WithName("DiscardDeadLetter").WithSummary("Forgets it for good");

        var quarantine = group.MapGroup("/quarantine");
        quarantine.MapGet("/", ListQuarantine).WithName("ListQuarantine").WithSummary("Events that could not be sent, oldest first");
        quarantine.MapGet("/{id:guid}", FindQuarantined).WithName("GetQuarantined").WithSummary("One quarantined event with its payload");
        quarantine.MapPost("/{id:guid}/replay", async (Guid id, IQuarantine all, CancellationToken cancellationToken) =>
                Replayed(await all.ReplayAsync(id, cancellationToken), id))
            .WithName("ReplayQuarantined").WithSummary("Puts it back into the outbox");
        quarantine.MapDelete("/{id:guid}", async (Guid id, IQuarantine all, CancellationToken cancellationToken) =>
                Discarded(await all.DiscardAsync(id, cancellationToken), id))
            .WithName("DiscardQuarantined").WithSummary("Forgets it for good");
        return group;
    }

    private static async Task<Ok<OpsPage<DeadLetter>>> ListDeadLetters(
        IDeadLetters letters, string? queue = null, Guid? cursor = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        var take = Math.Clamp(limit, 1, MaximumLimit);
        var found = await letters.ListAsync(queue, cursor, take + 1, cancellationToken);
        return TypedResults.Ok(Page(found, take, letter => letter.Id));
    }

    private static async Task<Results<Ok<DeadLetterDetail>, ProblemHttpResult>> FindDeadLetter(
        Guid id, IDeadLetters letters, CancellationToken cancellationToken) =>
        await letters.FindAsync(id, cancellationToken) is { } found ? TypedResults.Ok(found) : Absent(id);

    private static async Task<Ok<OpsPage<QuarantinedEvent>>> ListQuarantine(
        IQuarantine quarantine, Guid? cursor = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        var take = Math.Clamp(limit, 1, MaximumLimit);
        var found = await quarantine.ListAsync(cursor, take + 1, cancellationToken);
        return TypedResults.Ok(Page(found, take, row => row.Id));
    }

    private static async Task<Results<Ok<QuarantinedEventDetail>, ProblemHttpResult>> FindQuarantined(
        Guid id, IQuarantine quarantine, CancellationToken cancellationToken) =>
        await quarantine.FindAsync(id, cancellationToken) is { } found ? TypedResults.Ok(found) : Absent(id);

    private static OpsPage<T> Page<T>(IReadOnlyList<T> found, int take, Func<T, Guid> id) =>
        found.Count > take ? new OpsPage<T>([.. found.Take(take)], id(found[take - 1])) : new OpsPage<T>(found, null);

    private static Results<Accepted, ProblemHttpResult> Replayed(bool done, Guid id) =>
        done ? TypedResults.Accepted((string?)null) : Absent(id);

    private static Results<NoContent, ProblemHttpResult> Discarded(bool done, Guid id) =>
        done ? TypedResults.NoContent() : Absent(id);

    private static ProblemHttpResult Absent(Guid id) => TypedResults.Problem(
        statusCode: StatusCodes.Status404NotFound, title: "Not found", detail: $"There is none with the id {id}; it may have been replayed or discarded.");
}
