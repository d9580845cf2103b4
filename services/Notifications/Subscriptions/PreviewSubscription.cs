using System.Text.Json;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Domain;
using Chokepoint.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>A filter to try on what has been.</summary>
/// <param name="Since">Null looks at everything that is kept (30 days by default).</param>
internal sealed record PreviewRequest(IReadOnlyList<string>? EventTypes, FilterRequest? Filter, DateTimeOffset? Since);

/// <summary>What the filter would have matched, newest first.</summary>
/// <param name="Matched">How many in all; <paramref name="Items"/> holds the newest of them.</param>
/// <param name="Looked">How many events were looked at.</param>
internal sealed record PreviewResponse(int Matched, int Looked, IReadOnlyList<PreviewedEvent> Items);

/// <param name="Event">The body as it would have been sent.</param>
internal sealed record PreviewedEvent(Guid Id, string Type, string Subject, DateTimeOffset Time, JsonElement Event);

internal sealed class PreviewValidator : AbstractValidator<PreviewRequest>
{
    public PreviewValidator()
    {
        RuleForEach(r => r.EventTypes).IsEventType();
        RuleFor(r => r.Filter!).SetValidator(new FilterValidator()).When(r => r.Filter is not null);
    }
}

internal static class PreviewSubscription
{
    private const int Shown = 50;

    public static async Task<Ok<PreviewResponse>> HandleAsync(PreviewRequest request, NotificationsDbContext db, CancellationToken cancellationToken)
    {
        var filter = new SubscriptionFilter(request.EventTypes ?? [], request.Filter?.Economies ?? [], request.Filter?.Minerals ?? [],
            request.Filter?.MinimumLevel, request.Filter?.MinimumChange);
        var (looked, matched) = (0, new List<Guid>());
        await foreach (var @event in db.Events.FacetsSince(request.Since).WithCancellation(cancellationToken))
        {
            looked++;
            if (filter.Matches(@event.Facets)) matched.Add(@event.Id);
        }

        var newest = matched.OrderDescending().Take(Shown).ToArray();
        var items = await db.Events.AsNoTracking().Where(e => newest.Contains(e.Id)).OrderByDescending(e => e.Id).ToListAsync(cancellationToken);
        return TypedResults.Ok(new PreviewResponse(matched.Count, looked,
            [.. items.Select(e => new PreviewedEvent(e.Id, e.Type, e.Subject, e.Time, JsonElement.Parse(e.Body)))]));
    }
}
