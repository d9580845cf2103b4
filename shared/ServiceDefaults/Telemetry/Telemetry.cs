using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Traces, metrics and logs by OTLP, without OpenTelemetry's hosting package (docs/adr/opentelemetry-without-hosting.md): the providers are made with
/// <c>Sdk.Create…</c>, resolved at start and flushed at stop. Nothing is made where no <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.
/// </summary>
internal static class Telemetry
{
    public static void AddTelemetry(this WebApplicationBuilder builder, string service)
    {
        TraceIds.Keep();
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;

        // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, when the AppHost sets them, win over the name given here.
        var resource = ResourceBuilder.CreateEmpty()
            .AddTelemetrySdk()
            .AddService(service, serviceNamespace: "chokepoint", serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}")
            .AddEnvironmentVariableDetector();
        var ratio = SampledShare(builder.Configuration);

        // The exporters read OTEL_* from the service's configuration, of which the environment is a part, rather than from the latter alone.
        builder.Services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(exporter => exporter.AddSingleton<IConfiguration>(builder.Configuration))
            .SetResourceBuilder(resource)
            .SetSampler(new ParentBasedSampler(new RootSampler(ratio)))
            .AddSource("Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "MassTransit", "Chokepoint.*")
            .AddOtlpExporter()
            .Build());
        builder.Services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(exporter => exporter.AddSingleton<IConfiguration>(builder.Configuration))
            .SetResourceBuilder(resource)
            .AddMeter("Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "Npgsql", "MassTransit", "Chokepoint.*")
            .AddOtlpExporter()
            .Build());
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(resource);
            logs.IncludeFormattedMessage = true;
            logs.AddOtlpExporter();
        });

        // First to start, and so the last to stop: what the others do while they stop is still exported.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, TelemetryLifetime>());
    }

    private static double SampledShare(ConfigurationManager configuration) =>
        configuration["OTEL_TRACES_SAMPLER"]?.Contains("traceidratio", StringComparison.OrdinalIgnoreCase) is true
            ? configuration.GetValue("OTEL_TRACES_SAMPLER_ARG", 1.0)
            : 1.0;
}

/// <summary>Makes the providers listen before anything else starts, and sends what they hold before the process ends.</summary>
internal sealed class TelemetryLifetime(TracerProvider traces, MeterProvider metrics) : IHostedService
{
    /// <summary>A collector that is away must not hold up the stop.</summary>
    private const int FlushMilliseconds = 1000;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => traces.ForceFlush(FlushMilliseconds), CancellationToken.None),
        Task.Run(() => metrics.ForceFlush(FlushMilliseconds), CancellationToken.None));
}
