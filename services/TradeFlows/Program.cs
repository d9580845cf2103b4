using Chokepoint.Contracts;
using Chokepoint.Imports;
using Chokepoint.Messaging;
using Chokepoint.Messaging.Operations;
using Chokepoint.Polling;
using Chokepoint.ServiceDefaults;
using Chokepoint.TradeFlows.Collapses;
using Chokepoint.TradeFlows.Data;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Feeds;
using Chokepoint.TradeFlows.Flows;
using Chokepoint.TradeFlows.Imports;
using Chokepoint.TradeFlows.Measures;
using Chokepoint.TradeFlows.Profiles;
using Chokepoint.TradeFlows.Suppliers;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "trade-flows", area: "trade");
builder.AddServiceDatabase<TradeDbContext>("tradedb");
builder.AddMessaging<TradeDbContext>("trade-flows", m => m
    .Handle<ControlStateChanged, ControlStateChangedHandler>(linger: TimeSpan.FromMilliseconds(200))); // an explanation of what fell months ago
builder.AddImports<FlowRow, FlowTarget>();
builder.Services.AddSingleton<IImportFormat<FlowRow>, ComtradeV1Format>();
builder.Services.AddSingleton<IImportFormat<FlowRow>, ComtradePlusFormat>();
builder.Services.AddSingleton<IImportFormat<FlowRow>, BaciFormat>();
builder.Services.AddSingleton<IImportFormat<FlowRow>, DeclaredCsvFormat>();
builder.Services.AddSingleton<ProfileStore>();
builder.Services.AddSingleton<ProfileAnnouncer>();
builder.Services.AddSingleton<IFacts<SupplyProfileChanged>, ProfileFacts>();
builder.AddFeeds();

var app = builder.Build();
var trade = app.UseServiceDefaults();
trade.MapImports<FlowRow>(Scopes.TradeWrite);
trade.MapSuppliers();
trade.MapFlows();
trade.MapCollapses();
trade.MapFeeds(Scopes.TradeWrite);
app.MapOperations().MapMessagingOps().MapRestatement<SupplyProfileChanged>();
app.RunUntilAsked();
