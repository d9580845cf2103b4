using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "notifications", area: "notifications");

var app = builder.Build();
app.UseServiceDefaults();
app.Run();
