using Chokepoint.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.Messaging.Inbox;

/// <summary>
/// Runs a handler and records its event in one transaction, so that both have happened or neither has. Of the same event at the
/// same time on two replicas, the second waits on the inbox's key for the first to end.
/// </summary>
internal sealed class InboxTransactions<TDbContext>(IServiceScopeFactory scopes)
    where TDbContext : DbContext
{
    /// <returns>False when the consumer had applied the event before; nothing was done then.</returns>
    public async Task<bool> ApplyAsync<TEvent, THandler>(string consumer, TEvent @event, CancellationToken cancellationToken)
        where TEvent : class, IPlatformEvent
        where THandler : class, IHandle<TEvent>
    {
        await using var scope = scopes.CreateAsyncScope();
        var strategy = scope.ServiceProvider.GetRequiredService<TDbContext>().Database.CreateExecutionStrategy();
        return await strategy.ExecuteAsync(async token =>
        {
            // Each attempt has a scope of its own: nothing of a failed one is left in a context or a handler.
            await using var attempt = scopes.CreateAsyncScope();
            var db = attempt.ServiceProvider.GetRequiredService<TDbContext>();
            await using var transaction = await db.Database.BeginTransactionAsync(token);
            var isNew = await db.Database.ExecuteSqlAsync(
                $"INSERT INTO messaging.inbox (consumer, event_id) VALUES ({consumer}, {@event.EventId}) ON CONFLICT DO NOTHING", token) == 1;
            if (!isNew) return false;

            await attempt.ServiceProvider.GetRequiredService<THandler>().HandleAsync(@event, token);
            await db.SaveChangesAsync(token);
            await transaction.CommitAsync(token);
            return true;
        }, cancellationToken);
    }
}
