using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Notices;

/// <summary>
/// Records a made-up notice when the service starts and keeps nothing of it: the same as a dry run. What is compiled and connected for a
/// notice is so before one comes; the first after a start waited a second for it. Where it fails nothing is lost but that second.
/// </summary>
internal sealed class FirstNotice(IServiceScopeFactory scopes, TimeProvider time, ILogger<FirstNotice> logger)
{
    public async Task RehearseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<NoticeLedger>().RecordAsync(MadeUp(), dryRun: true, cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(fault, "The first notice was not rehearsed, and will take a second longer than the next");
        }
    }

    private NoticeDocument MadeUp()
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var clause = new ClauseDocument(
            "1", Measure.Licensing, ["gallium"], Items: [], Destinations: ["USA"], ExcludedDestinations: [], EndUse: null, today, EffectiveUntil: null,
            Stages: null, Quota: null);
        return new NoticeDocument(
            "CHN", "Rehearsal", "rehearsal", "Rehearsal", "en", today, [new SourceReference("https://example.org/rehearsal", "primary")],
            Confidence.Confirmed, [clause], Actions: []);
    }
}
