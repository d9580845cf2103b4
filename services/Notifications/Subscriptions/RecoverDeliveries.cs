using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Deliveries;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>A stretch of time to catch up on, by when events came in.</summary>
/// <param name="Since">Inclusive.</param>
/// <param name="Until">Exclusive; null is up to now.</param>
internal sealed record RecoverRequest(DateTimeOffset? Since, DateTimeOffset? Until);

/// <param name="Reopened">Deliveries that had failed and are made again.</param>
/// <param name="Created">Events that match the filter and had no delivery, since the subscription was switched off then.</param>
internal sealed record RecoverResponse(int Reopened, int Created);

internal sealed class RecoverValidator : AbstractValidator<RecoverRequest>
{
    public RecoverValidator()
    {
        RuleFor(r => r.Since).NotNull().WithMessage("since is needed: from when on to catch up.");
        RuleFor(r => r.Until).Must((r, until) => until is null || r.Since is null || until > r.Since).WithMessage("until must be after since.");
    }
}

internal static class RecoverDeliveries
{
    private const int Batch = 1_000;

    public static async Task<Results<Accepted<RecoverResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, RecoverRequest request, NotificationsDbContext db, DispatchSignal signal, CancellationToken cancellationToken)
    {
        if (await db.Subscriptions.AsNoTracking().FirstOrDefaultAsync(s => s.Id == id, cancellationToken) is not { } subscription)
            return ReadSubscriptions.NotFound(id);
        if (subscription.DisabledReason is not null) return Problems.Conflict("The subscription is disabled; enable it first.");

        var (since, until) = (request.Since!.Value.ToUniversalTime(), request.Until?.ToUniversalTime() ?? DateTimeOffset.MaxValue);
        var events = db.Events.Where(e => e.ReceivedAt >= since && e.ReceivedAt < until && e.Type != CloudEventTypes.SubscriptionTest);
        var reopened = await db.Deliveries
            .Where(d => d.SubscriptionId == id && d.State == DeliveryState.Failed && events.Any(e => e.Id == d.EventId))
            .Reopen(cancellationToken);
        var created = await CreateMissedAsync(subscription, since, until, db, cancellationToken);
        signal.Raise();
        return TypedResults.Accepted((string?)null, new RecoverResponse(reopened, created));
    }

    private static async Task<int> CreateMissedAsync(
        Subscription subscription, DateTimeOffset since, DateTimeOffset until, NotificationsDbContext db, CancellationToken cancellationToken)
    {
        // What happened before somebody subscribed was not missed.
        var from = since > subscription.CreatedAt ? since : subscription.CreatedAt;
        var filter = subscription.Filter;
        var matching = await db.Events
            .Where(e => !db.Deliveries.Any(d => d.EventId == e.Id && d.SubscriptionId == subscription.Id))
            .FacetsSince(from, until)
            .Where(e => filter.Matches(e.Facets))
            .Select(e => e.Id)
            .ToListAsync(cancellationToken);
        var created = 0;
        foreach (var batch in matching.Chunk(Batch))
        {
            // Two recoveries at once may find the same event; the pair is unique.
            var ids = batch.Select(_ => Guid.CreateVersion7()).ToArray();
            created += await db.Database.ExecuteSqlAsync($"""
                INSERT INTO deliveries (id, subscription_id, event_id, state, attempts, round)
                SELECT id, {subscription.Id}, event_id, 'Pending', 0, 0 FROM unnest({ids}, {batch}) AS missed(id, event_id)
                ON CONFLICT DO NOTHING
                """, cancellationToken);
        }
        return created;
    }
}
