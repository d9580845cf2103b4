using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "gateway", area: "gateway");

var app = builder.Build();
app.UseServiceDefaults();
app.Run();
