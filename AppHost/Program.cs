using System.Globalization;

// The whole platform on one screen, in Aspire's API. AppHost.csproj says which of two engines runs it.
var builder = DistributedApplication.CreateBuilder(args);

var settings = builder.Configuration;
if (settings["PLATFORM_OPS_KEY"] is { Length: > 0 } key) settings["Parameters:ops-key"] = key;
var opsKey = builder.AddParameter("ops-key", secret: true);
var keysFile = settings["PLATFORM_KEYS"] is { Length: > 0 } file ? Path.GetFullPath(file) : "";
var port = int.Parse(settings["PLATFORM_PORT"] ?? "8080", CultureInfo.InvariantCulture);
var publicUrl = "http://localhost:" + port.ToString(CultureInfo.InvariantCulture);
var replicas = int.Parse(settings["PLATFORM_REPLICAS"] ?? "1", CultureInfo.InvariantCulture);
var data = Path.GetFullPath(settings["PLATFORM_DATA"] is { Length: > 0 } folder ? folder : Path.Combine(builder.AppHostDirectory, "..", ".platform"));

var postgres = builder.AddPostgres("postgres").WithImageTag("17.6").WithDataVolume("chokepoint-postgres")
    // As the local engine sets its own server: connections for many replicas, text in one order on every machine.
    .WithEnvironment("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256 --locale=C.UTF-8 -c max_connections=300 -c jit=off");
var broker = builder.AddRabbitMQ("broker").WithImageTag("4.2-management").WithDataVolume("chokepoint-broker");

var controls = Service(builder.AddProject<Projects.ExportControls>("controls", launchProfileName: null), "controlsdb")
    .WithEnvironment("Registry__BuiltIn", settings["PLATFORM_REGISTRY"] == "empty" ? "false" : "true");
var prices = Service(builder.AddProject<Projects.MarketPrices>("prices", launchProfileName: null), "pricesdb");
var trade = Service(builder.AddProject<Projects.TradeFlows>("trade", launchProfileName: null), "tradedb");
var risk = Service(builder.AddProject<Projects.RiskScoring>("risk", launchProfileName: null), "riskdb");
var notifications = Service(builder.AddProject<Projects.Notifications>("notifications", launchProfileName: null), "notificationsdb")
    .WithEnvironment("Webhooks__AllowLoopback", "true")
    .WithEnvironment("Webhooks__KeyFile", Path.Combine(data, "keys", "webhook-secrets.key"))
    .WithEnvironment("Platform__PublicUrl", publicUrl);

WithSettings(builder.AddProject<Projects.Gateway>("gateway", launchProfileName: null))
    .WithHttpEndpoint(port: port, name: "http")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck(path: "/ready")
    .WithReference(controls).WaitFor(controls)
    .WithReference(prices).WaitFor(prices)
    .WithReference(trade).WaitFor(trade)
    .WithReference(risk).WaitFor(risk)
    .WithReference(notifications).WaitFor(notifications);

builder.Build().Run();

// What the five services have in common: a database of their own, the broker, a port and a health check.
IResourceBuilder<ProjectResource> Service(IResourceBuilder<ProjectResource> service, string databaseName)
{
    var database = postgres.AddDatabase(databaseName);
    return WithSettings(service)
        .WithHttpEndpoint(name: "http")
        .WithHttpHealthCheck(path: "/ready")
        .WithReplicas(replicas)
        .WithReference(database).WaitFor(database)
        .WithReference(broker).WaitFor(broker);
}

// And with the gateway: the keys, and how ASP.NET is set.
IResourceBuilder<ProjectResource> WithSettings(IResourceBuilder<ProjectResource> project) => project
    .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Production")
    .WithEnvironment("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true")
    .WithEnvironment("Logging__LogLevel__Microsoft.AspNetCore", "Warning")
    .WithEnvironment("Keys__Ops", opsKey)
    .WithEnvironment("Keys__File", keysFile);
