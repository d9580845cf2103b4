using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "trade-flows", area: "trade");

var app = builder.Build();
app.UseServiceDefaults();
app.Run();
