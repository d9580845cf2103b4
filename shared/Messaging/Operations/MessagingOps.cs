using Chokepoint.Messaging.DeadLetters;
using Chokepoint.Messaging.Outbox;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Chokepoint.Messaging.Operations;

/// <summary>What waits in a service's messaging tables.</summary>
/// <param name="Outbox">Events on their way to the broker.</param>
/// <param name="OldestOutboxSeconds">Age of the oldest of them; 0 when there is none.</param>
/// <param name="Quarantined">Events that could not be sent, set aside.</param>
/// <param name="DeadLetters">Messages that could not be applied.</param>
/// <param name="Inbound">Messages that wait to be applied, by queue; null while the broker is away.</param>
public sealed record MessagingState(
    long Outbox, double OldestOutboxSeconds, long Quarantined, long DeadLetters, IReadOnlyList<WaitingMessages>? Inbound);

/// <summary>What became of a replay of many.</summary>
/// <param name="More">Whether the limit ended it, and another call goes on.</param>
public sealed record ReplayedMany(int Replayed, bool More);

/// <summary>What operations do with a service's dead letters and quarantined events, over HTTP.</summary>
public static class MessagingOps
{
    private const int ReplayedAtOnce = 1000;

    /// <summary>
    /// Maps a summary, <c>dead-letters</c> and <c>quarantine</c> onto the group of <c>MapOperations</c>: list, look, replay, discard.
    /// Bodies are shown, which is why the group asks for the scope <c>ops</c>.
    /// </summary>
    public static RouteGroupBuilder MapMessagingOps(this RouteGroupBuilder group)
    {
        group.MapGet("/", StateAsync).WithName("GetMessagingState").WithSummary("How many events wait, are quarantined or are dead letters");

        var letters = group.MapGroup("/dead-letters");
        letters.MapGet("/", ListDeadLetters).WithName("ListDeadLetters").WithSummary("Messages that could not be applied, oldest first");
        letters.MapGet("/{id:guid}", FindDeadLetter).WithName("GetDeadLetter").WithSummary("One dead letter with its body");
        letters.MapPost("/replay", async (string? queue, IDeadLetters all, CancellationToken cancellationToken) =>
                Replayed(await all.ReplayAllAsync(queue, ReplayedAtOnce, cancellationToken)))
            .WithName("ReplayDeadLetters").WithSummary("Sends up to 1,000 to their queues again, the oldest first; of one queue where it is named");
        letters.MapPost("/{id:guid}/replay", async (Guid id, IDeadLetters all, CancellationToken cancellationToken) =>
                Replayed(await all.ReplayAsync(id, cancellationToken), id))
            .WithName("ReplayDeadLetter").WithSummary("Sends it to its queue again");
        letters.MapDelete("/{id:guid}", async (Guid id, IDeadLetters all, CancellationToken cancellationToken) =>
                Discarded(await all.DiscardAsync(id, cancellationToken), id))
            .WithName("DiscardDeadLetter").WithSummary("Forgets it for good");

        var quarantine = group.MapGroup("/quarantine");
        quarantine.MapGet("/", ListQuarantine).WithName("ListQuarantine").WithSummary("Events that could not be sent, oldest first");
        quarantine.MapGet("/{id:guid}", FindQuarantined).WithName("GetQuarantined").WithSummary("One quarantined event with its payload");
        quarantine.MapPost("/replay", async (IQuarantine all, CancellationToken cancellationToken) =>
                Replayed(await all.ReplayAllAsync(ReplayedAtOnce, cancellationToken)))
            .WithName("ReplayQuarantine").WithSummary("Puts up to 1,000 back into the outbox, the oldest first");
        quarantine.MapPost("/{id:guid}/replay", async (Guid id, IQuarantine all, CancellationToken cancellationToken) =>
                Replayed(await all.ReplayAsync(id, cancellationToken), id))
            .WithName("ReplayQuarantined").WithSummary("Puts it back into the outbox");
        quarantine.MapDelete("/{id:guid}", async (Guid id, IQuarantine all, CancellationToken cancellationToken) =>
                Discarded(await all.DiscardAsync(id, cancellationToken), id))
            .WithName("DiscardQuarantined").WithSummary("Forgets it for good");
        return group;
    }

    private static async Task<Ok<MessagingState>> StateAsync(OutboxStore outbox, InboundQueues inbound, CancellationToken cancellationToken)
    {
        var waiting = await outbox.WaitingAsync(cancellationToken);
        return TypedResults.Ok(new MessagingState(waiting.Outbox, Math.Round(waiting.OldestSeconds, 3), waiting.Quarantined, waiting.DeadLetters,
            await inbound.ReadAsync(cancellationToken)));
    }

    private static async Task<Ok<Page<DeadLetter>>> ListDeadLetters(
        PageRequest page, IDeadLetters letters, string? queue = null, CancellationToken cancellationToken = default) =>
        TypedResults.Ok(Page.From(await letters.ListAsync(queue, page.After<Guid?>(), page.Take, cancellationToken), page, letter => letter.Id));

    private static async Task<Results<Ok<DeadLetterDetail>, ProblemHttpResult>> FindDeadLetter(
        Guid id, IDeadLetters letters, CancellationToken cancellationToken) =>
        await letters.FindAsync(id, cancellationToken) is { } found ? TypedResults.Ok(found) : Absent(id);

    private static async Task<Ok<Page<QuarantinedEvent>>> ListQuarantine(
        PageRequest page, IQuarantine quarantine, CancellationToken cancellationToken = default) =>
        TypedResults.Ok(Page.From(await quarantine.ListAsync(page.After<Guid?>(), page.Take, cancellationToken), page, row => row.Id));

    private static async Task<Results<Ok<QuarantinedEventDetail>, ProblemHttpResult>> FindQuarantined(
        Guid id, IQuarantine quarantine, CancellationToken cancellationToken) =>
        await quarantine.FindAsync(id, cancellationToken) is { } found ? TypedResults.Ok(found) : Absent(id);

    private static Accepted<ReplayedMany> Replayed(int count) =>
        TypedResults.Accepted((string?)null, new ReplayedMany(count, More: count == ReplayedAtOnce));

    private static Results<Accepted, ProblemHttpResult> Replayed(bool done, Guid id) =>
        done ? TypedResults.Accepted((string?)null) : Absent(id);

    private static Results<NoContent, ProblemHttpResult> Discarded(bool done, Guid id) =>
        done ? TypedResults.NoContent() : Absent(id);

    private static ProblemHttpResult Absent(Guid id) =>
        Problems.NotFound($"There is none with the id {id}; it may have been replayed or discarded.");
}
