using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.Notifications.Domain;
using Chokepoint.Reference;
using FluentValidation;
using Microsoft.Extensions.Options;

namespace Chokepoint.Notifications.Subscriptions;

internal sealed class SubscriptionValidator : AbstractValidator<SubscriptionRequest>
{
    public SubscriptionValidator(IOptions<DispatchSettings> options)
    {
        var settings = options.Value;
        var addresses = settings.Addresses;
        RuleFor(r => r.Url).Custom((url, context) =>
        {
            if (WebhookUrl.Refuse(url, addresses, settings.AllowPlainHttp) is { } refusal) context.AddFailure(refusal);
        });
        RuleFor(r => r.Description).MaximumLength(500).WithMessage("A description has at most 500 characters.");
        RuleForEach(r => r.EventTypes).IsEventType();
        RuleFor(r => r.Filter!).SetValidator(new FilterValidator()).When(r => r.Filter is not null);
        RuleFor(r => r.MaxPerSecond).InclusiveBetween(1, 1_000).WithMessage("maxPerSecond is from 1 to 1000, or null for no limit.");
    }
}

internal sealed class FilterValidator : AbstractValidator<FilterRequest>
{
    public FilterValidator()
    {
        RuleForEach(f => f.Economies).Must(code => code is not null && Economies.TryGet(code, out _))
            .WithMessage((_, code) => $"{code} is no economy known here: an ISO 3166-1 alpha-3 code or EU27.");
        RuleForEach(f => f.Minerals).Must(slug => slug is not null && Minerals.TryResolve(slug, out _))
            .WithMessage((_, slug) => $"{slug} is no mineral or group known here.");
        RuleFor(f => f.MinimumLevel).IsInEnum();
        RuleFor(f => f.MinimumChange).Must(points => points is null or (>= 0 and <= 100))
            .WithMessage("minimumChange is from 0 to 100 points, or null for the default of 1.");
    }
}

internal static class EventTypeRule
{
    public static IRuleBuilderOptions<T, string> IsEventType<T>(this IRuleBuilder<T, string> rule) => rule
        .Must(type => CloudEventTypes.Subscribable.Contains(type, StringComparer.Ordinal))
        .WithMessage((_, type) => $"{type} is no event type known here; GET /api/notifications/event-types lists them.");
}
