using Chokepoint.Polling.Http;
using Chokepoint.Polling.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Chokepoint.Polling;

/// <summary>Wires the polling of public sources into a service.</summary>
public static class PollingExtensions
{
    /// <summary>
    /// Registers a source. It is off unless its section says <c>Enabled</c>. Needs <c>AddServiceDatabase</c>, and
    /// <see cref="AddPollingTables"/> in the service's model.
    /// </summary>
    /// <param name="name">Its name everywhere: <c>federal-register</c>.</param>
    /// <param name="section">Where its <see cref="PollOptions"/> are configured: <c>Feeds:FederalRegister</c>.</param>
    /// <param name="defaults">What they are where the section says nothing.</param>
    /// <exception cref="InvalidOperationException">The section makes no sense; the service does not start.</exception>
    public static IHostApplicationBuilder AddPolledSource<TSource>(
        this IHostApplicationBuilder builder, string name, string section, Action<PollOptions>? defaults = null)
        where TSource : class, IPolledSource
    {
        var options = new PollOptions();
        defaults?.Invoke(options);
        builder.Configuration.GetSection(section).Bind(options);
        options.Check(section);

        AddPolling(builder);
        builder.Services.TryAddSingleton<TSource>();
        builder.Services.AddSingleton(new PolledSource(name, options, services => services.GetRequiredService<TSource>()));
        return builder;
    }

    /// <summary>Adds the tables of polling, in the schema <c>polling</c>, to a service's model; call it in <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddPollingTables(this ModelBuilder model)
    {
        PollTables.Add(model);
        return model;
    }

    private static void AddPolling(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(PollBoard))) return;
        services.AddSingleton(builder.Configuration.GetSection("Polling").Get<PollingOptions>() ?? new PollingOptions());
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PoliteClient>();
        services.AddSingleton<PollStore>();
        services.AddSingleton<PollBoard>();
        services.AddSingleton<PollMetrics>();
        services.AddHostedService<PollWorker>();
        services.AddHealthChecks().AddCheck<PollHealthCheck>("feeds", HealthStatus.Degraded);
    }
}
