using Chokepoint.LocalHosting.Model;

namespace Chokepoint.LocalHosting.Engine;

internal sealed record EnvironmentVariable(string Name, string? Value, ParameterResource? Parameter);

internal sealed record Reference(IResource Source, string Name);

internal sealed record Endpoint(string Name, int? Port, bool IsExternal = false);

internal sealed record HealthCheck(string Path, int StatusCode);
