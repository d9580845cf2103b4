using Chokepoint.Gateway;
using Chokepoint.Gateway.Forwarding;
using Chokepoint.Gateway.Health;
using Chokepoint.Gateway.Operations;
using Chokepoint.Gateway.Reference;
using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddProcessDefaults(service: "gateway");
builder.AddForwarding();
builder.AddPlatformHealth();
builder.AddPlatformOperations();
builder.AddReference();

var app = builder.Build();
app.UseMiddleware<SecurityHeaders>();
app.UseProcessDefaults();
app.MapForwarding();
app.MapPlatformHealth();
app.MapPlatformOperations();
app.MapReference();
app.RunUntilAsked();
