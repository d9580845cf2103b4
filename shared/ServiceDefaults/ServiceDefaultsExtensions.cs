using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Chokepoint.ServiceDefaults;

/// <summary>What every service of the platform has in common, in three calls.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Telemetry, health, authentication, problem details, strict JSON, OpenAPI, rate limits, <see cref="TimeProvider"/>.</summary>
    /// <param name="service">The service's name in telemetry, such as <c>export-controls</c>.</param>
    /// <param name="area">Its part of the public path: <c>/api/{area}</c>.</param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string service, string area) =>
        throw new NotSupportedException();

    /// <summary>
    /// The service's own database: a pooled <c>NpgsqlDataSource</c>, the DbContext over it, its migrations applied at start, its
    /// part in <c>/ready</c>.
    /// </summary>
    /// <param name="connectionName">As the AppHost names it: <c>controlsdb</c>.</param>
    public static IHostApplicationBuilder AddServiceDatabase<TDbContext>(this IHostApplicationBuilder builder, string connectionName)
        where TDbContext : DbContext => throw new NotSupportedException();

    /// <summary>
    /// Exception handling, authentication, rate limits, <c>/alive</c>, <c>/ready</c>, <c>/api/{area}/openapi.json</c>; returns the
    /// group <c>/api/{area}</c> that the features map their endpoints on.
    /// </summary>
    public static RouteGroupBuilder UseServiceDefaults(this WebApplication app) => throw new NotSupportedException();
}
