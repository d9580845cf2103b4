using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.ServiceDefaults;

/// <summary>A service's own database, see <see cref="ServiceDefaultsExtensions.AddServiceDatabase{TDbContext}"/>.</summary>
internal static class ServiceDatabase
{
    /// <summary>
    /// Five services stay below the 100 connections that Postgres allows by default (more replicas need a larger server or a smaller pool: Database:MaxPoolSize); a request that finds none
    /// free waits for one, and is answered 503 after <see cref="NpgsqlConnectionStringBuilder.Timeout"/>.
    /// </summary>
    private const int ConnectionsPerProcess = 16;

    public static void Add<TDbContext>(IHostApplicationBuilder builder, string connectionName)
        where TDbContext : DbContext
    {
        builder.Services.AddSingleton(services => Open(services, connectionName));
        builder.Services.AddPooledDbContextFactory<TDbContext>((services, options) =>
        {
            options.UseSnakeCaseNames();

            // `./migrate` makes the context with no server and no connection string: the provider alone decides what a migration says.
            if (EF.IsDesignTime)
                options.UseNpgsql();
            else
                options.UseNpgsql(services.GetRequiredService<NpgsqlDataSource>());
        });
        builder.Services.TryAddSingleton<DatabaseReadiness>();
        builder.Services.AddHostedService<DatabaseMigration<TDbContext>>();
        builder.Services.AddSingleton<KeyedWrites>();
        builder.Services.AddHostedService(services => services.GetRequiredService<KeyedWrites>());
        builder.Services.AddOptions<AuditSettings>().BindConfiguration("Audit");
        builder.Services.AddSingleton<AuditTable>();
        builder.Services.AddSingleton<AuditOutcomes>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AuditOutcomes>());
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("postgres");
    }

    private static NpgsqlDataSource Open(IServiceProvider services, string connectionName)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        var given = configuration.GetConnectionString(connectionName);
        if (string.IsNullOrEmpty(given))
            throw new InvalidOperationException($"ConnectionStrings__{connectionName} is not set: start the service by ./run, or give it the connection string of its database.");

        var source = new NpgsqlDataSourceBuilder(given) { Name = connectionName };
        SetDefaults(
            source.ConnectionStringBuilder, given, configuration.GetValue("Database:MaxPoolSize", ConnectionsPerProcess),
            services.GetRequiredService<IHostEnvironment>().ApplicationName);
        source.UseLoggerFactory(services.GetRequiredService<ILoggerFactory>());
        return source.Build();
    }

    /// <summary>What a service's connections are where the operator's connection string does not say otherwise.</summary>
    internal static void SetDefaults(NpgsqlConnectionStringBuilder connection, string given, int poolSize, string application)
    {
        // Npgsql's own builder says that it contains every keyword it knows; what the operator set, the general one tells.
        var stated = new DbConnectionStringBuilder { ConnectionString = given };
        if (!stated.ContainsKey("Maximum Pool Size") && !stated.ContainsKey("MaxPoolSize"))
            connection.MaxPoolSize = poolSize;
        if (!stated.ContainsKey("Timeout"))
            connection.Timeout = 5;
        if (!stated.ContainsKey("Application Name"))
            connection.ApplicationName = application;
        connection.KeepAlive = connection.KeepAlive is 0 ? 30 : connection.KeepAlive;
        // A service sends few different statements very often: on their second use they are prepared, and the server plans them once.
        if (!stated.ContainsKey("Max Auto Prepare"))
            connection.MaxAutoPrepare = 64;
        if (!stated.ContainsKey("Auto Prepare Min Usages"))
            connection.AutoPrepareMinUsages = 2;
        // Npgsql would clean each session with seven statements before its next use. Nothing here changes a session but for its transaction
        // (SET LOCAL, pg_advisory_xact_lock); Messaging's relay and listener do, and clean up after themselves.
        if (!stated.ContainsKey("No Reset On Close"))
            connection.NoResetOnClose = true;
    }
}
