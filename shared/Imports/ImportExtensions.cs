using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chokepoint.Imports;

/// <summary>Wires the import of files into a service.</summary>
public static class ImportExtensions
{
    /// <summary>
    /// Registers the spool and the worker, over the <c>NpgsqlDataSource</c> that the service already has; register its
    /// <see cref="IImportFormat{TRow}"/>s beside it. Reads the section <c>Imports</c>.
    /// </summary>
    /// <param name="lanes">Files in work at once, each lane with a <typeparamref name="TTarget"/> of its own.</param>
    public static IHostApplicationBuilder AddImports<TRow, TTarget>(this IHostApplicationBuilder builder, int lanes = 1)
        where TTarget : IImportTarget<TRow>
    {
        builder.Services.AddSingleton(services => new ImportLanes<TRow>(
            [.. Enumerable.Range(0, lanes).Select(_ => (IImportTarget<TRow>)ActivatorUtilities.CreateInstance<TTarget>(services))]));
        builder.Services.AddSingleton(builder.Configuration.GetSection("Imports").Get<ImportOptions>() ?? new ImportOptions());
        builder.Services.AddSingleton<ImportSignal>();
        builder.Services.AddSingleton<ImportSpool>();
        builder.Services.AddSingleton<ImportStore>();
        builder.Services.AddSingleton<ImportWorker<TRow>>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ImportWorker<TRow>>());
        return builder;
    }
}
