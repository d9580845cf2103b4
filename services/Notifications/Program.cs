using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.Messaging.Operations;
using Chokepoint.Notifications;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Deliveries;
using Chokepoint.Notifications.Events;
using Chokepoint.Notifications.Subscriptions;
using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "notifications", area: "notifications");
builder.AddServiceDatabase<NotificationsDbContext>("notificationsdb");
builder.AddWebhooks();
builder.AddMessaging<NotificationsDbContext>("notifications", messages => messages
    .Handle<ControlStateChanged, Announcement<ControlStateChanged>>()
    .Handle<ControlBoundaryApproaching, Announcement<ControlBoundaryApproaching>>()
    .Handle<RiskScoreChanged, Announcement<RiskScoreChanged>>()
    .Handle<PriceSignalChanged, Announcement<PriceSignalChanged>>()
    .Handle<SupplyProfileChanged, Announcement<SupplyProfileChanged>>());

var app = builder.Build();
app.UseServiceDefaults()
    .MapEventTypes()
    .MapSubscriptions()
    .MapDeliveries();
app.MapOperations().MapMessagingOps();
app.RunUntilAsked();
