using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chokepoint.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Chokepoint.ServiceDefaults;

/// <summary>What every service of the platform has in common, in four calls.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Telemetry, health, an end in good order, authentication, problem details, strict JSON, OpenAPI, rate limits, <see cref="TimeProvider"/>.</summary>
    /// <param name="service">The service's name in telemetry, such as <c>export-controls</c>.</param>
    /// <param name="area">Its part of the public path: <c>/api/{area}</c>.</param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string service, string area)
    {
        var services = builder.Services;
        builder.AddProcessDefaults(service);
        services.AddSingleton(new ServiceIdentity(service, area));
        services.AddDrain();
        services.AddKeyAuthentication();
        services.AddRequestLimits();
        services.AddServiceDocument($"Chokepoint: {service}", area);
        services.AddSingleton(_ => new ServiceValidators(Assembly.Load(new AssemblyName(builder.Environment.ApplicationName))));
        return builder;
    }

    /// <summary>
    /// The part of <see cref="AddServiceDefaults"/> that a process without an interface of its own needs as well (the gateway):
    /// telemetry, logs, health, problem details, strict JSON, <see cref="TimeProvider"/>.
    /// </summary>
    public static WebApplicationBuilder AddProcessDefaults(this WebApplicationBuilder builder, string service)
    {
        var services = builder.Services;
        builder.AddLogs();
        builder.AddTelemetry(service);
        services.TryAddSingleton(TimeProvider.System);
        // The drain, and then what is under way: after a restart on a busy machine a first write was seen to take 6.6 s.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // BodyLimit sees to it
        });
        services.AddHealthChecks();

        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
        services.AddExceptionHandler<ExceptionToProblem>();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.UnmappedMemberHandling = EventJson.Strict.UnmappedMemberHandling;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.AllowDuplicateProperties = false;

            // Enums by their published names; a number is an implementation's, and is refused.
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        });
        return builder;
    }

    /// <summary>
    /// The service's own database: a pooled <c>NpgsqlDataSource</c>, the DbContext over it (and its
    /// <see cref="IDbContextFactory{TContext}"/>), names in snake case, its migrations applied at start, its part in <c>/ready</c>.
    /// </summary>
    /// <param name="connectionName">As the AppHost names it: <c>controlsdb</c>.</param>
    public static IHostApplicationBuilder AddServiceDatabase<TDbContext>(this IHostApplicationBuilder builder, string connectionName)
        where TDbContext : DbContext
    {
        ServiceDatabase.Add<TDbContext>(builder, connectionName);
        return builder;
    }

    /// <summary>
    /// Exception handling, authentication, rate limits, <c>/alive</c>, <c>/ready</c>, <c>/api/{area}/openapi.json</c>; returns the
    /// group <c>/api/{area}</c> that the features map their endpoints on.
    /// </summary>
    /// <param name="scope">What everything under the group asks for beyond a valid key; an endpoint may ask for more.</param>
    public static RouteGroupBuilder UseServiceDefaults(this WebApplication app, string? scope = null)
    {
        // The keys are read now, so that a wrong key file stops the start with its sentence.
        _ = app.Services.GetRequiredService<ApiKeys>();
        app.UseDrain();
        app.UseProcessDefaults();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseMiddleware<BodyLimit>();
        app.UseMiddleware<SchemaGate>();
        app.UseMiddleware<AuditTrail>();

        var area = app.Services.GetRequiredService<ServiceIdentity>().Area;
        app.MapOpenApi($"/api/{area}/openapi.json").WithHead().AllowAnonymous().DisableRateLimiting();
        return Group(app, "/api/" + area, scope);
    }

    /// <summary>
    /// The group <c>/api/ops/{area}</c>, for which a key needs the scope <see cref="Scopes.Ops"/>: what an operator does with this
    /// service, its audit log to begin with. The gateway leads there.
    /// </summary>
    public static RouteGroupBuilder MapOperations(this WebApplication app)
    {
        var area = app.Services.GetRequiredService<ServiceIdentity>().Area;
        var operations = Group(app, "/api/ops/" + area, Scopes.Ops).WithTags("Operations");
        if (app.Services.GetService<AuditTable>() is not null)
            operations.MapAudit();
        return operations;
    }

    private static RouteGroupBuilder Group(WebApplication app, string prefix, string? scope)
    {
        var group = app.MapGroup(prefix).WithHead().WithETags();
        group.AddEndpointFilterFactory(DayFilter.Apply);
        group.AddEndpointFilterFactory(ValidationFilter.Apply);
        group.WithAudit();
        group.AddEndpointFilter(Idempotency.FilterAsync);
        if (scope is not null)
            group.RequireAuthorization(scope);
        return group;
    }

    /// <summary>The part of <see cref="UseServiceDefaults"/> that goes with <see cref="AddProcessDefaults"/>, up to and with routing.</summary>
    public static WebApplication UseProcessDefaults(this WebApplication app)
    {
        app.UseMiddleware<ServerSpan>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<EmptyQueryValues>();
        app.UseRouting();
        app.MapHealth();
        return app;
    }

    /// <summary>Runs the process until it is asked to end. That may be while it starts, which is no fault: it ends with 0.</summary>
    public static void RunUntilAsked(this WebApplication app)
    {
        var ending = app.Lifetime.ApplicationStopping;
        try
        {
            app.Run();
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // What was starting gave up.
        }
    }
}

/// <summary>Who this process is.</summary>
internal sealed record ServiceIdentity(string Name, string Area);
