using Microsoft.Extensions.Configuration;

namespace Chokepoint.LocalHosting.Engine;

/// <summary>What the environment and the command line say about a run.</summary>
/// <param name="DataFolder"><c>PLATFORM_DATA</c>; <c>.platform</c> beside AppHost by default.</param>
/// <param name="Fresh"><c>PLATFORM_FRESH</c> or <c>--fresh</c>: begin without data.</param>
/// <param name="Dashboard"><c>PLATFORM_DASHBOARD=off</c> does without the Aspire Dashboard.</param>
/// <param name="TelemetryEndpoint"><c>OTEL_EXPORTER_OTLP_ENDPOINT</c>: telemetry goes there, and no dashboard is started.</param>
internal sealed record PlatformSettings(string DataFolder, bool Fresh, bool Dashboard, string? TelemetryEndpoint)
{
    public static PlatformSettings Read(IConfiguration configuration, string appHostDirectory) => new(
        Path.GetFullPath(NotEmpty(configuration["PLATFORM_DATA"]) ?? Path.Combine(appHostDirectory, "..", ".platform")),
        IsOn(configuration["PLATFORM_FRESH"]),
        !string.Equals(configuration["PLATFORM_DASHBOARD"], "off", StringComparison.OrdinalIgnoreCase),
        NotEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]));

    private static string? NotEmpty(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;

    private static bool IsOn(string? value) =>
        value == "1" || (bool.TryParse(value, out var on) && on);
}
