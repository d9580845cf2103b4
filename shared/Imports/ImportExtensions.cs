using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chokepoint.Imports;

/// <summary>Wires the import of files into a service.</summary>
public static class ImportExtensions
{
    /// <summary>
    /// Registers the spool and the worker, over the <c>NpgsqlDataSource</c> that the service already has; register its
    /// <see cref="IImportFormat{TRow}"/>s and its <see cref="IImportTarget{TRow}"/> beside it. Reads the section <c>Imports</c>.
    /// </summary>
    /// <param name="lanes">Files in work at once; above one, register the target as transient: each lane has its own.</param>
    public static IHostApplicationBuilder AddImports<TRow>(this IHostApplicationBuilder builder, int lanes = 1)
    {
        builder.Services.AddSingleton(new ImportLanes(lanes));
        builder.Services.AddSingleton<Func<IImportTarget<TRow>>>(services => services.GetRequiredService<IImportTarget<TRow>>);
        builder.Services.AddSingleton(builder.Configuration.GetSection("Imports").Get<ImportOptions>() ?? new ImportOptions());
        builder.Services.AddSingleton<ImportSignal>();
        builder.Services.AddSingleton<ImportSpool>();
        builder.Services.AddSingleton<ImportStore>();
        builder.Services.AddSingleton<ImportWorker<TRow>>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ImportWorker<TRow>>());
        return builder;
    }
}
