using Chokepoint.ServiceDefaults;

namespace Chokepoint.Notifications.Deliveries;

internal static class DeliveryEndpoints
{
    public static RouteGroupBuilder MapDeliveries(this RouteGroupBuilder api)
    {
        var deliveries = api.MapGroup("").RequireAuthorization(Scopes.SubscriptionsManage).WithTags("Deliveries");
        deliveries.MapGet("/subscriptions/{id:guid}/deliveries", ListDeliveries.HandleAsync)
            .WithName("ListDeliveries").WithSummary("A subscription's deliveries, newest first; ?state=pending|delivered|failed narrows.");
        deliveries.MapGet("/deliveries/{id:guid}", ReadDeliveries.GetAsync)
            .WithName("GetDelivery").WithSummary("One delivery with its body and every attempt.");
        deliveries.MapPost("/deliveries/{id:guid}/redeliver", RedeliverDelivery.HandleAsync)
            .WithName("RedeliverDelivery").WithSummary("Makes a delivery again, with the webhook-id it had.");
        return api;
    }
}
