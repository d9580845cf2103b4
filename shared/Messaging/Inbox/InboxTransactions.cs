using System.Diagnostics;
using Chokepoint.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Chokepoint.Messaging.Inbox;

/// <summary>An event as it came, and the span that its handling belongs to.</summary>
internal sealed record Delivery<TEvent>(TEvent Event, Activity? Span);

/// <summary>
/// Runs handlers and records their events in one transaction, so that both have happened or neither has. Of the same event at the
/// same time on two replicas, the second waits on the inbox's key for the first to end.
/// </summary>
internal sealed class InboxTransactions<TDbContext>(IServiceScopeFactory scopes, NpgsqlDataSource database)
    where TDbContext : DbContext
{
    // Sorted, so that two groups with the same events wait for one another and do not deadlock.
    private const string Record = """
        INSERT INTO messaging.inbox (consumer, event_id)
        SELECT $1, id FROM unnest($2) AS id ORDER BY id
        ON CONFLICT DO NOTHING
        RETURNING event_id
        """;

    /// <summary>Applies all of the deliveries or none; one flush of the database's log serves them together.</summary>
    /// <returns>For each, whether it was new. What the consumer had applied before is left alone.</returns>
    public async Task<bool[]> ApplyAsync<TEvent, THandler>(
        string consumer, IReadOnlyList<Delivery<TEvent>> deliveries, CancellationToken cancellationToken)
        where TEvent : class, IPlatformEvent
        where THandler : class, IHandle<TEvent>
    {
        await using var scope = scopes.CreateAsyncScope();
        if (deliveries is [var lone] && typeof(THandler).IsAssignableTo(typeof(IHandleAlone<TEvent>))
            && scope.ServiceProvider.GetRequiredService<THandler>() is IHandleAlone<TEvent> handler && handler.TakesAlone(lone.Event))
            return [await ApplyAloneAsync(handler, consumer, lone, cancellationToken)];

        var strategy = scope.ServiceProvider.GetRequiredService<TDbContext>().Database.CreateExecutionStrategy();
        return await strategy.ExecuteAsync(async token =>
        {
            // Each attempt has a scope of its own: nothing of a failed one is left in a context or a handler.
            await using var attempt = scopes.CreateAsyncScope();
            var db = attempt.ServiceProvider.GetRequiredService<TDbContext>();
            db.Database.AutoSavepointsEnabled = false; // what fails is rolled back whole: a savepoint would be two round trips for nothing
            await using var transaction = await db.Database.BeginTransactionAsync(token);
            var unseen = await RecordAsync(transaction, consumer, [.. deliveries.Select(delivery => delivery.Event.EventId)], token);
            var isNew = deliveries.Select(delivery => unseen.Remove(delivery.Event.EventId)).ToArray();
            await HandleAsync<TEvent, THandler>(attempt.ServiceProvider, db, [.. deliveries.Where((_, i) => isNew[i])], token);
            await transaction.CommitAsync(token);
            return isNew;
        }, cancellationToken);
    }

    private async Task<bool> ApplyAloneAsync<TEvent>(
        IHandleAlone<TEvent> handler, string consumer, Delivery<TEvent> delivery, CancellationToken cancellationToken)
        where TEvent : class, IPlatformEvent
    {
        Activity.Current = delivery.Span;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var inner = await connection.BeginTransactionAsync(cancellationToken); // is sent with the first statements
        var transaction = new LoneTransaction(inner, consumer, delivery.Event.EventId);
        try
        {
            await handler.HandleAloneAsync(new Heard<TEvent>(delivery.Event, delivery.Span?.Id), transaction, cancellationToken);
        }
        catch (PostgresException known) when (known is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: InboxRow.KeyName })
        {
            return false;
        }

        return transaction.IsCommitted ? true : throw new InvalidOperationException($"{handler.GetType().Name} did not commit.");
    }

    private static async Task HandleAsync<TEvent, THandler>(
        IServiceProvider services, TDbContext db, IReadOnlyList<Delivery<TEvent>> deliveries, CancellationToken cancellationToken)
        where TEvent : class, IPlatformEvent
        where THandler : class, IHandle<TEvent>
    {
        if (deliveries.Count > 1 && services.GetRequiredService<THandler>() is IHandleGroup<TEvent> together)
        {
            Activity.Current = null; // of several traces none is the group's
            await together.HandleAsync([.. deliveries.Select(delivery => new Heard<TEvent>(delivery.Event, delivery.Span?.Id))], cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
            return;
        }

        foreach (var delivery in deliveries)
        {
            Activity.Current = delivery.Span;
            await services.GetRequiredService<THandler>().HandleAsync(delivery.Event, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
    }

    private static async Task<HashSet<Guid>> RecordAsync(
        IDbContextTransaction transaction, string consumer, Guid[] events, CancellationToken cancellationToken)
    {
        var inner = (NpgsqlTransaction)transaction.GetDbTransaction();
        await using var command = new NpgsqlCommand(Record, inner.Connection, inner)
        {
            Parameters = { new() { Value = consumer }, new() { Value = events } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var unseen = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken)) unseen.Add(reader.GetGuid(0));
        return unseen;
    }
}
