using Chokepoint.ExportControls.Clauses;
using Chokepoint.ExportControls.Clock;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Knowledge;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ExportControls.Registry;
using Chokepoint.Messaging;
using Chokepoint.Messaging.Operations;
using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "export-controls", area: "controls");
builder.AddServiceDatabase<ControlsDbContext>("controlsdb");
builder.AddMessaging<ControlsDbContext>("export-controls");
builder.Services.AddScoped<ClauseLedger>();
builder.Services.AddScoped<NoticeLedger>();
builder.Services.AddScoped<EarlierKnowledge>();
builder.Services.AddSingleton<ClockMetrics>();
builder.Services.AddHostedService<BoundaryClock>();
builder.Services.AddSingleton<RegistryEdition>();
builder.Services.AddSingleton<RegistryReady>();
builder.Services.AddHostedService<RegistryLoader>();
builder.Services.AddHealthChecks().AddCheck<RegistryReady>("registry", tags: ["ready"]);

var app = builder.Build();
var controls = app.UseServiceDefaults();
controls.MapActiveClauses();
controls.MapClauseTimeline();
controls.MapGetRegistry();
controls.MapImportRegistry();

var notices = controls.MapGroup("/notices");
notices.MapPostNotice();
notices.MapCorrectNotice();
notices.MapGetNotice();
notices.MapListNotices();
app.MapOperations().MapMessagingOps();
app.Run();
