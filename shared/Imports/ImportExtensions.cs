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
    public static IHostApplicationBuilder AddImports<TRow>(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(builder.Configuration.GetSection("Imports").Get<ImportOptions>() ?? new ImportOptions());
        builder.Services.AddSingleton<ImportSignal>();
        builder.Services.AddSingleton<ImportSpool>();
        builder.Services.AddSingleton<ImportStore>();
        builder.Services.AddSingleton<ImportWorker<TRow>>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ImportWorker<TRow>>());
        return builder;
    }
}
