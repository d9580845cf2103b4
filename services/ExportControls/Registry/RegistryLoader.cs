using Chokepoint.ExportControls.Clauses;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Chokepoint.ExportControls.Registry;

/// <summary>
/// Gives old rows their keys and loads the shipped notices at start, once for each edition (<c>Registry:BuiltIn=false</c> leaves them out),
/// reads all clauses into memory and rehearses the first notice.
/// </summary>
internal sealed class RegistryLoader(
    NumberKeys keys, RegistryEdition edition, CurrentClauses clauses, FirstNotice first, RegistryReady ready, DatabaseReadiness database,
    IConfiguration configuration, TimeProvider time, ILogger<RegistryLoader> logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.WaitAsync(stoppingToken);
        while (!await TryLoadAsync(stoppingToken)) await Task.Delay(PauseAfterFault, time, stoppingToken);
        await first.RehearseAsync(stoppingToken);
        ready.Set();
    }

    private async Task<bool> TryLoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await keys.FillAsync(cancellationToken);
            if (configuration.GetValue("Registry:BuiltIn", defaultValue: true))
            {
                var shipped = ShippedRegistry.Read();
                if (!await edition.IsSettledAsync(shipped, cancellationToken)) await edition.SettleAsync(shipped, cancellationToken);
            }
            await clauses.AsOfNowAsync(cancellationToken); // so that the first reader does not wait for all of them
            return true;
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogError(fault, "The shipped notices could not all be loaded; the rest is tried again");
            return false;
        }
    }
}

/// <summary>Not ready until the shipped notices are there: a reader would take a missing one for no control.</summary>
internal sealed class RegistryReady : IHealthCheck
{
    private volatile bool _loaded;

    public void Set() => _loaded = true;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_loaded ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The shipped notices are being loaded."));
}
