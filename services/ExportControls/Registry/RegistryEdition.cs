using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Registry;

/// <summary>
/// Puts an edition of the shipped notices into the registry: silently, applied everywhere and announced to no subscriber. It adds, and
/// updates what an earlier edition put there; what an operator wrote stays.
/// </summary>
internal sealed class RegistryEdition(IServiceScopeFactory scopes, TimeProvider time, ILogger<RegistryEdition> logger)
{
    /// <summary>Notice by notice, each whole or not at all, so that it may be broken off and begun again.</summary>
    public async Task<EditionSettled> SettleAsync(ShippedRegistry edition, CancellationToken cancellationToken)
    {
        using var activity = Clock.ClockMetrics.Source.StartActivity("registry load");
        var outcomes = new List<SettleOutcome>();
        var unfit = new List<string>();
        foreach (var document in edition.Notices)
        {
            await using var scope = scopes.CreateAsyncScope();
            try
            {
                outcomes.Add(await scope.ServiceProvider.GetRequiredService<NoticeLedger>().SettleBuiltInAsync(document, cancellationToken));
            }
            catch (ProblemException refused)
            {
                // An operator's own notices leave no room for this one; theirs count.
                logger.LogWarning("Shipped notice {Issuer} {Number} does not fit what is recorded: {Reason}",
                    document.Issuer, document.DocumentNumber, refused.Message);
                unfit.Add($"{document.Issuer} {document.DocumentNumber}: {refused.Message}");
            }
        }

        await using var end = scopes.CreateAsyncScope();
        await end.ServiceProvider.GetRequiredService<ControlsDbContext>().Database.ExecuteSqlAsync($"""
            INSERT INTO registry_editions (content_hash, as_of, notices, loaded_at)
            VALUES ({edition.ContentHash}, {edition.AsOf}, {edition.Notices.Count}, {time.GetUtcNow()}) ON CONFLICT DO NOTHING
            """, cancellationToken);
        logger.LogInformation("Loaded {Count} shipped notices as of {AsOf}", edition.Notices.Count, edition.AsOf);
        return new EditionSettled(edition.AsOf, edition.Notices.Count, Count(SettleOutcome.Added), Count(SettleOutcome.Updated),
            Count(SettleOutcome.Unchanged), Count(SettleOutcome.Kept), unfit);

        int Count(SettleOutcome outcome) => outcomes.Count(o => o == outcome);
    }

    /// <summary>Whether it has been loaded, or a later one has: an upgrade brings nothing back that an import replaced.</summary>
    public async Task<bool> IsSettledAsync(ShippedRegistry edition, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ControlsDbContext>().Editions
            .AnyAsync(e => e.ContentHash == edition.ContentHash || e.AsOf > edition.AsOf, cancellationToken);
    }
}

/// <summary>What an edition did to the registry.</summary>
/// <param name="Kept">Left alone because an operator recorded or corrected them.</param>
/// <param name="Unfit">Left out, with the reason: what operators recorded leaves no room for them.</param>
internal sealed record EditionSettled(DateOnly AsOf, int Notices, int Added, int Updated, int Unchanged, int Kept, IReadOnlyList<string> Unfit);
