using System.Diagnostics;
using System.Diagnostics.Metrics;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Clock;

/// <summary>
/// A date passing is an event: when a clause's next state begins, the clock announces it, with no new notice. It looks often, and
/// catches up after any time switched off, the earliest boundary first.
/// </summary>
/// <remarks>
/// A boundary is passed in the transaction that writes its event and moves the clause on, so it is announced once however many
/// processes run; <c>SKIP LOCKED</c> shares the work between them. It is due when both clocks say so, the database's and this
/// process's: one that runs ahead announces nothing early.
/// </remarks>
internal sealed class BoundaryClock(
    IServiceScopeFactory scopes, DatabaseReadiness database, TimeProvider time, ClockMetrics metrics, ILogger<BoundaryClock> logger)
    : BackgroundService
{
    private const int AtOnce = 250;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                while (await PassAsync(stoppingToken) > 0)
                {
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogError(fault, "Boundaries could not be passed; they stay due");
                pause = PauseAfterFault;
            }
            await Task.Delay(pause, time, stoppingToken);
        }
    }

    /// <summary>Passes one boundary of each of the clauses that have waited longest.</summary>
    /// <returns>How many were due.</returns>
    private async Task<int> PassAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ControlsDbContext>();
        var ledger = scope.ServiceProvider.GetRequiredService<ClauseLedger>();
        var now = time.GetUtcNow();

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var due = await db.Clauses.FromSql($"""
            SELECT * FROM clauses WHERE next_boundary_at <= LEAST({now}, now())
            ORDER BY next_boundary_at, id LIMIT {AtOnce} FOR UPDATE SKIP LOCKED
            """).ToListAsync(cancellationToken);
        if (due.Count == 0) return 0;

        using var activity = ClockMetrics.Source.StartActivity("boundaries pass");
        activity?.SetTag("chokepoint.clauses", due.Count);
        await ClauseLocks.CompleteAsync(db, due, cancellationToken);
        foreach (var clause in due)
        {
            metrics.Passed(now - clause.NextBoundaryAt!.Value);
            ledger.PassBoundary(clause, clause.Notice.Document);
        }
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return due.Count;
    }
}

/// <summary>How many boundaries have passed, and how long after their instant they were announced.</summary>
internal sealed class ClockMetrics : IDisposable
{
    public const string Name = "Chokepoint.ExportControls";
    public static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter = new(Name);
    private readonly Histogram<double> _delay;

    public ClockMetrics() => _delay = _meter.CreateHistogram<double>(
        "chokepoint.controls.boundary.delay", "s", "From the instant at which a clause changed its state to its announcement.");

    public void Passed(TimeSpan delay) => _delay.Record(delay.TotalSeconds);

    public void Dispose() => _meter.Dispose();
}
