using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "export-controls", area: "controls");

var app = builder.Build();
app.UseServiceDefaults();
app.Run();
