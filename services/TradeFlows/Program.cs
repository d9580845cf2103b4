using Chokepoint.Imports;
using Chokepoint.Messaging;
using Chokepoint.ServiceDefaults;
using Chokepoint.TradeFlows.Data;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Flows;
using Chokepoint.TradeFlows.Imports;
using Chokepoint.TradeFlows.Profiles;
using Chokepoint.TradeFlows.Suppliers;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "trade-flows", area: "trade");
builder.AddServiceDatabase<TradeDbContext>("tradedb");
builder.AddMessaging<TradeDbContext>("trade-flows");
builder.AddImports<FlowRow>();
builder.Services.AddSingleton<IImportTarget<FlowRow>, FlowTarget>();
builder.Services.AddSingleton<IImportFormat<FlowRow>, ComtradeV1Format>();
builder.Services.AddSingleton<ProfileAnnouncer>();

var app = builder.Build();
var trade = app.UseServiceDefaults();
trade.MapImports<FlowRow>(Scopes.TradeWrite);
trade.MapSuppliers();
trade.MapFlows();
app.Run();
