using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.RiskScoring.Data;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Supply;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Chokepoint.RiskScoring.Controls;

/// <summary>Keeps clauses and asks for the scores they touch, in the transaction that records the events; the workers score after it.</summary>
internal sealed class ControlStateChangedHandler(RiskDbContext db, SupplyBook book, RescoreSignal signal) : IHandleAlone<ControlStateChanged>
{
    /// <summary>
    /// What is new has nothing before it, so what it touches is known without asking. That one is known after all, and later in its history,
    /// is rare, and costs a score that comes out as it was.
    /// </summary>
    public bool TakesAlone(ControlStateChanged @event) => IsFirst(@event);

    public async Task HandleAloneAsync(Heard<ControlStateChanged> heard, LoneTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = transaction.First();
        ClauseStore.AddWithoutAsking(batch, heard.Event);
        if (WorkTable.Ask(Asked(heard, (IsNewer: true, Before: null))) is { } ask) batch.BatchCommands.Add(ask);
        await transaction.CommitAsync(batch, cancellationToken);
        signal.Set();
    }

    public async Task HandleAsync(IReadOnlyList<Heard<ControlStateChanged>> events, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var transaction = (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        // In one order, so that two groups with the same clauses wait for one another and do not deadlock.
        Heard<ControlStateChanged>[] inOrder =
            [.. events.OrderBy(e => e.Event.NoticeId).ThenBy(e => e.Event.Clause, StringComparer.Ordinal).ThenBy(e => e.Event.Version)];
        ControlStateChanged[] clauses = [.. inOrder.Select(e => e.Event)];
        if (Array.TrueForAll(clauses, IsFirst))
        {
            var ask = WorkTable.Ask(inOrder.SelectMany(e => Asked(e, (IsNewer: true, Before: null))));
            await ClauseStore.ApplyAsync(connection, transaction, clauses, ask, cancellationToken);
            return;
        }

        var outcomes = await ClauseStore.ApplyAsync(connection, transaction, clauses, last: null, cancellationToken);
        await WorkTable.AskAsync(connection, transaction, inOrder.Zip(outcomes).SelectMany(e => Asked(e.First, e.Second)), cancellationToken);
    }

    private static bool IsFirst(ControlStateChanged @event) => @event is { Version: 1, Silent: false };

    private IEnumerable<WorkItem> Asked(Heard<ControlStateChanged> heard, (bool IsNewer, ControlClause? Before) outcome)
    {
        if (!outcome.IsNewer) return [];
        var (after, reason) = (ClauseStore.From(heard.Event), new WorkReason(heard.Event.OccurredAt, heard.Event.Silent, heard.TraceParent));
        // A corrected clause may have let go of a mineral or a destination: what it touched before is scored again too.
        return WorkItem.Of(TouchedPairs.Of(book, outcome.Before is null ? [after] : [outcome.Before, after]), reason);
    }
}
