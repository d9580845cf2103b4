using System.Globalization;

// The whole platform on one screen, in Aspire's API. AppHost.csproj says which of two engines runs it.
var builder = DistributedApplication.CreateBuilder(args);

var settings = builder.Configuration;
settings["Parameters:ops-key"] ??= settings["PLATFORM_OPS_KEY"];
var opsKey = builder.AddParameter("ops-key", secret: true);
var keysFile = settings["PLATFORM_KEYS"] is { Length: > 0 } file ? Path.GetFullPath(file) : "";
var port = int.Parse(settings["PLATFORM_PORT"] ?? "8080", CultureInfo.InvariantCulture);
var publicUrl = "http://localhost:" + port.ToString(CultureInfo.InvariantCulture);
var replicas = int.Parse(settings["PLATFORM_REPLICAS"] ?? "1", CultureInfo.InvariantCulture);

var postgres = builder.AddPostgres("postgres").WithImageTag("17.6").WithDataVolume("chokepoint-postgres");
var broker = builder.AddRabbitMQ("broker").WithImageTag("4.2-management").WithDataVolume("chokepoint-broker");

var controls = Service(builder.AddProject<Projects.ExportControls>("controls", launchProfileName: null), "controlsdb")
    .WithEnvironment("Registry__BuiltIn", settings["PLATFORM_REGISTRY"] == "empty" ? "false" : "true");
var prices = Service(builder.AddProject<Projects.MarketPrices>("prices", launchProfileName: null), "pricesdb");
var trade = Service(builder.AddProject<Projects.TradeFlows>("trade", launchProfileName: null), "tradedb");
var risk = Service(builder.AddProject<Projects.RiskScoring>("risk", launchProfileName: null), "riskdb");
var notifications = Service(builder.AddProject<Projects.Notifications>("notifications", launchProfileName: null), "notificationsdb")
    .WithEnvironment("Webhooks__AllowLoopback", "true")
    .WithEnvironment("Platform__PublicUrl", publicUrl);

builder.AddProject<Projects.Gateway>("gateway", launchProfileName: null)
    .WithHttpEndpoint(port: port, name: "http")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck(path: "/ready")
    .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Production")
    .WithEnvironment("Logging__LogLevel__Microsoft.AspNetCore", "Warning")
    .WithEnvironment("Keys__Ops", opsKey)
    .WithEnvironment("Keys__File", keysFile)
    .WithReference(controls).WaitFor(controls)
    .WithReference(prices).WaitFor(prices)
    .WithReference(trade).WaitFor(trade)
    .WithReference(risk).WaitFor(risk)
    .WithReference(notifications).WaitFor(notifications);

builder.Build().Run();

// What the five services have in common: a database of their own, the broker, the keys, a port and a health check.
IResourceBuilder<ProjectResource> Service(IResourceBuilder<ProjectResource> service, string databaseName)
{
    var database = postgres.AddDatabase(databaseName);
    return service
        .WithHttpEndpoint(name: "http")
        .WithHttpHealthCheck(path: "/ready")
        .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Production")
        .WithEnvironment("Logging__LogLevel__Microsoft.AspNetCore", "Warning")
        .WithEnvironment("Keys__Ops", opsKey)
        .WithEnvironment("Keys__File", keysFile)
        .WithReplicas(replicas)
        .WithReference(database).WaitFor(database)
        .WithReference(broker).WaitFor(broker);
}
