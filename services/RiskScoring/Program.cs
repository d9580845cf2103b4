using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "risk-scoring", area: "risk");

var app = builder.Build();
app.UseServiceDefaults();
app.Run();
