using Chokepoint.MarketPrices.Data;
using Chokepoint.MarketPrices.Observations;
using Chokepoint.MarketPrices.Series;
using Chokepoint.Messaging;
using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "market-prices", area: "prices");
builder.AddServiceDatabase<PricesDbContext>("pricesdb");
builder.AddMessaging<PricesDbContext>("market-prices");
builder.Services.AddSingleton<ObservationStore>();

var app = builder.Build();
var prices = app.UseServiceDefaults();
prices.MapObservations();
prices.MapSeries();
app.Run();
