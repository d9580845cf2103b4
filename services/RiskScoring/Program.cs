using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.RiskScoring.Controls;
using Chokepoint.RiskScoring.Data;
using Chokepoint.RiskScoring.Methods;
using Chokepoint.RiskScoring.Minerals;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "risk-scoring", area: "risk");
builder.AddServiceDatabase<RiskDbContext>("riskdb");
builder.AddMessaging<RiskDbContext>("risk-scoring", m => m.Handle<ControlStateChanged, ControlStateChangedHandler>());
builder.Services.AddSupply().AddRescoring();

var app = builder.Build();
var api = app.UseServiceDefaults(Scopes.RiskRead);
api.MapScores();
api.MapMinerals();
api.MapMethods();
app.Run();
