using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Registry;

/// <summary>
/// Loads the shipped notices once, silently: they are applied everywhere and announced to no subscriber. A newer edition updates what
/// an earlier one loaded; what an operator wrote stays. <c>Registry:BuiltIn=false</c> leaves the registry empty.
/// </summary>
internal sealed class RegistryLoader(
    IServiceScopeFactory scopes, DatabaseReadiness database, IConfiguration configuration, TimeProvider time, ILogger<RegistryLoader> logger)
    : BackgroundService
{
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!configuration.GetValue("Registry:BuiltIn", defaultValue: true)) return;
        await database.WaitAsync(stoppingToken);
        var shipped = ShippedRegistry.Read();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LoadAsync(shipped, stoppingToken);
                return;
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogError(fault, "The shipped notices could not all be loaded; the rest is tried again");
            }
            await Task.Delay(PauseAfterFault, time, stoppingToken);
        }
    }

    private async Task LoadAsync(ShippedRegistry shipped, CancellationToken cancellationToken)
    {
        if (await IsLoadedAsync(shipped, cancellationToken)) return;
        using var activity = Clock.ClockMetrics.Source.StartActivity("registry load");
        foreach (var document in shipped.Notices)
        {
            await using var scope = scopes.CreateAsyncScope();
            try
            {
                await scope.ServiceProvider.GetRequiredService<NoticeLedger>().SettleBuiltInAsync(document, cancellationToken);
            }
            catch (ProblemException refused)
            {
                // An operator's own notices leave no room for this one; theirs count.
                logger.LogWarning("Shipped notice {Issuer} {Number} does not fit what is recorded: {Reason}",
                    document.Issuer, document.DocumentNumber, refused.Message);
            }
        }

        await using var end = scopes.CreateAsyncScope();
        var db = end.ServiceProvider.GetRequiredService<ControlsDbContext>();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO registry_editions (content_hash, as_of, notices, loaded_at)
            VALUES ({shipped.ContentHash}, {shipped.AsOf}, {shipped.Notices.Count}, {time.GetUtcNow()}) ON CONFLICT DO NOTHING
            """, cancellationToken);
        logger.LogInformation("Loaded {Count} shipped notices as of {AsOf}", shipped.Notices.Count, shipped.AsOf);
    }

    private async Task<bool> IsLoadedAsync(ShippedRegistry shipped, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ControlsDbContext>();
        return await db.Editions.AnyAsync(e => e.ContentHash == shipped.ContentHash, cancellationToken);
    }
}
