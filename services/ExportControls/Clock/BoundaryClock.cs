using System.Diagnostics;
using System.Diagnostics.Metrics;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Clock;

/// <summary>
/// A date passing is an event: when a clause's next state begins, the clock announces it, with no new notice, and it tells of it 30, 7
/// and 1 days ahead. It looks often, and catches up after any time switched off, the earliest boundary first.
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
                while (await RemindAsync(stoppingToken) > 0)
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
    private Task<int> PassAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return MoveAsync(
            "boundaries pass",
            $"""
            SELECT * FROM clauses WHERE next_boundary_at <= LEAST({now}, now()) AND NOT is_removed
            ORDER BY next_boundary_at, id LIMIT {AtOnce} FOR UPDATE SKIP LOCKED
            """,
            (ledger, clause) =>
            {
                metrics.Passed(now - clause.NextBoundaryAt!.Value);
                ledger.PassBoundary(clause, clause.Notice.Document);
            },
            cancellationToken);
    }

    /// <summary>Tells of boundaries ahead. A lead time is due as a boundary is.</summary>
    /// <returns>How many clauses had one due.</returns>
    private Task<int> RemindAsync(CancellationToken cancellationToken) => MoveAsync(
        "boundaries ahead",
        $"""
        SELECT * FROM clauses WHERE next_reminder_at <= LEAST({time.GetUtcNow()}, now()) AND NOT is_removed
        ORDER BY next_reminder_at, id LIMIT {AtOnce} FOR UPDATE SKIP LOCKED
        """,
        (ledger, clause) => ledger.Remind(clause, clause.Notice.Document),
        cancellationToken);

    private async Task<int> MoveAsync(string activityName, FormattableString dueSql, Action<ClauseLedger, ClauseRow> move, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ControlsDbContext>();
        var ledger = scope.ServiceProvider.GetRequiredService<ClauseLedger>();

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var due = await db.Clauses.FromSql(dueSql).ToListAsync(cancellationToken);
        if (due.Count == 0) return 0;

        using var activity = ClockMetrics.Source.StartActivity(activityName);
        activity?.SetTag("chokepoint.clauses", due.Count);
        await ClauseLocks.CompleteAsync(db, due, cancellationToken);
        foreach (var clause in due) move(ledger, clause);
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
