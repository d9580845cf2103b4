using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.ServiceDefaults;

/// <summary>Answers 503 to a request that comes before the service's schema is in place; probes and the reference pass.</summary>
internal sealed class SchemaGate(RequestDelegate next, IServiceProvider services)
{
    private readonly DatabaseReadiness? _readiness = services.GetService<DatabaseReadiness>();

    public Task InvokeAsync(HttpContext http)
    {
        if (_readiness is null or { IsReady: true } || !http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) || IsReference(http))
            return next(http);
        throw new ProblemException(ProblemKind.Unavailable, "The service is starting: its database is not ready yet.")
        {
            RetryAfter = TimeSpan.FromSeconds(2),
        };
    }

    private static bool IsReference(HttpContext http) => http.Request.Path.Value!.EndsWith("/openapi.json", StringComparison.Ordinal);
}
