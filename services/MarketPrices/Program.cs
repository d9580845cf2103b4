using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "market-prices", area: "prices");

var app = builder.Build();
app.UseServiceDefaults();
app.Run();
