using System.Globalization;
using Chokepoint.LocalHosting.Model;

namespace Chokepoint.LocalHosting.Engine;

/// <summary>The variables that a service is started with: the same that Aspire injects.</summary>
internal static class ServiceEnvironment
{
    public static IReadOnlyDictionary<string, string?> Of(ProjectResource resource, string replica, Uri address, EngineContext context)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = address.GetLeftPart(UriPartial.Authority),
            // What the shell or `dotnet run` had set for the AppHost is not meant for the services.
            ["ASPNETCORE_HTTP_PORTS"] = null,
            ["HTTP_PORTS"] = null,
            ["DOTNET_ENVIRONMENT"] = null,
            ["DOTNET_LAUNCH_PROFILE"] = null,
        };
        AddTelemetry(environment, resource, replica, context);
        foreach (var reference in resource.References) Add(environment, reference, context);
        foreach (var variable in resource.Environment)
        {
            environment[variable.Name] = variable.Parameter is { } parameter ? context.Parameters[parameter] : variable.Value;
        }
        return environment;
    }

    private static void Add(Dictionary<string, string?> environment, Reference reference, EngineContext context)
    {
        if (reference.Source is not ProjectResource project)
        {
            environment[$"ConnectionStrings__{reference.Name}"] = context.ConnectionStrings[reference.Source]();
            return;
        }
        var addresses = context.Addresses[project];
        for (var i = 0; i < addresses.Count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"services__{reference.Name}__{project.Endpoint!.Name}__{i}");
            environment[name] = addresses[i].GetLeftPart(UriPartial.Authority);
        }
    }

    private static void AddTelemetry(Dictionary<string, string?> environment, ProjectResource resource, string replica, EngineContext context)
    {
        environment["OTEL_SERVICE_NAME"] = resource.Name;
        environment["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={replica}";
        if (context.TelemetryEndpoint is not { } endpoint) return;
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
        if (context.Dashboard is null) return; // somebody else's collector: its settings are in the environment already
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        environment["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
        environment["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
        environment["OTEL_METRIC_EXPORT_INTERVAL"] = "5000";
        environment["OTEL_TRACES_SAMPLER"] = "always_on";
    }
}
