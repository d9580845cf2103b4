using Chokepoint.Notifications.Data;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.Notifications.Subscriptions;

internal static class SubscriptionEndpoints
{
    public static RouteGroupBuilder MapSubscriptions(this RouteGroupBuilder api)
    {
        var subscriptions = api.MapGroup("/subscriptions").RequireAuthorization(Scopes.SubscriptionsManage).WithTags("Subscriptions");

        subscriptions.MapPost("/", CreateSubscription.HandleAsync).WithAtomicIdempotency<NotificationsDbContext>()
            .WithName("CreateSubscription").WithSummary("Subscribes an endpoint; the answer shows the signing secret, once.");
        subscriptions.MapGet("/", ReadSubscriptions.ListAsync)
            .WithName("ListSubscriptions").WithSummary("Lists subscriptions, newest first.");
        subscriptions.MapGet("/{id:guid}", ReadSubscriptions.GetAsync)
            .WithName("GetSubscription").WithSummary("One subscription.");
        subscriptions.MapPatch("/{id:guid}", PatchSubscription.HandleAsync).Accepts<SubscriptionRequest>("application/json", "application/merge-patch+json")
            .WithName("PatchSubscription").WithSummary("Changes what is given (JSON Merge Patch, RFC 7396); null sets a member back.");
        subscriptions.MapDelete("/{id:guid}", DeleteSubscription.HandleAsync)
            .WithName("DeleteSubscription").WithSummary("Ends a subscription and forgets its deliveries.");
        subscriptions.MapPost("/{id:guid}/rotate-secret", RotateSecret.HandleAsync).WithAtomicIdempotency<NotificationsDbContext>()
            .WithName("RotateSecret").WithSummary("A new signing secret, shown once; the old one signs too for 24 hours.");
        subscriptions.MapPost("/{id:guid}/test", TestSubscription.HandleAsync)
            .WithName("TestSubscription").WithSummary("Sends the endpoint a test event, tried once.");
        subscriptions.MapPost("/{id:guid}/enable", SwitchSubscription.EnableAsync)
            .WithName("EnableSubscription").WithSummary("Sends again; what was missed meanwhile is sent by recover.");
        subscriptions.MapPost("/{id:guid}/disable", SwitchSubscription.DisableAsync)
            .WithName("DisableSubscription").WithSummary("Sends nothing more; what waits is kept as failed.");
        subscriptions.MapPost("/{id:guid}/recover", RecoverDeliveries.HandleAsync)
            .WithName("RecoverDeliveries").WithSummary("Sends again what failed or was missed between two times.");
        subscriptions.MapPost("/preview", PreviewSubscription.HandleAsync)
            .WithName("PreviewSubscription").WithSummary("What a filter would have matched.").ChangesNothing();
        return api;
    }
}
