using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.Messaging.Operations;
using Chokepoint.RiskScoring.Controls;
using Chokepoint.RiskScoring.Data;
using Chokepoint.RiskScoring.Exposure;
using Chokepoint.RiskScoring.FigureImports;
using Chokepoint.RiskScoring.Lists;
using Chokepoint.RiskScoring.Methods;
using Chokepoint.RiskScoring.Minerals;
using Chokepoint.RiskScoring.Observed;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Scenarios;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Stream;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(service: "risk-scoring", area: "risk");
builder.AddServiceDatabase<RiskDbContext>("riskdb");
builder.AddMessaging<RiskDbContext>("risk-scoring", m => m
    .Handle<ControlStateChanged, ControlStateChangedHandler>()
    .Handle<PriceSignalChanged, PriceSignalChangedHandler>()
    .Handle<SupplyProfileChanged, SupplyProfileChangedHandler>());
builder.AddFigureImports();
builder.Services.AddSupply().AddRescoring().AddSingleton<StoredAnswers>();

var app = builder.Build();
var api = app.UseServiceDefaults(Scopes.RiskRead).MapGroup("");
api.AddEndpointFilter<RouteGroupBuilder, CsvAnswers>();
api.MapScores();
api.MapMinerals();
api.MapMethods();
api.MapScenarios();
api.MapExposure();
api.MapStream();
api.MapFigures();
app.MapOperations().MapMessagingOps();
app.RunUntilAsked();
